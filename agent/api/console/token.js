// The secret of this browser comes in the address and leaves it before anyone can look. It is kept
// for the plain address, which staff can bookmark.

const KEY = "token";

// Any page can open this one with an address of its own: what it brings replaces what is kept only
// where the agent accepts it. `isAccepted` asks the agent.
export async function takeToken(isAccepted) {
  const brought = location.hash.slice(1);
  const kept = localStorage.getItem(KEY) ?? "";
  history.replaceState(null, "", location.pathname);
  if (brought === "" || brought === kept) {
    return kept;
  }
  return kept === "" || (await isAccepted(brought)) ? brought : kept;
}

export function keepToken(token) {
  localStorage.setItem(KEY, token);
}

export function forgetToken() {
  localStorage.removeItem(KEY);
}

// An address opened where this page is already does not load it anew.
export function listenToAddress() {
  addEventListener("hashchange", () => location.reload());
}
