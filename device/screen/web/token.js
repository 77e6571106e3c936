// The secret of this browser comes in the address and leaves it before anyone can look.

const KEY = "token";

export function takeToken() {
  if (location.hash.length > 1) {
    sessionStorage.setItem(KEY, location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(KEY) ?? "";
}
