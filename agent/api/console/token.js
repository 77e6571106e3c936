// The secret of this browser comes in the address and leaves it before anyone can look. It is kept
// for the plain address, which staff can bookmark.

const KEY = "token";

export function takeToken() {
  if (location.hash.length > 1) {
    localStorage.setItem(KEY, location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  }
  return localStorage.getItem(KEY) ?? "";
}

export function forgetToken() {
  localStorage.removeItem(KEY);
}
