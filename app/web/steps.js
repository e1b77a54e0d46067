// One step of a visitor is one step back in the browser. Streamlit adds an entry to the history for
// each address that it writes, and writes several for one step: the path of another page, then what
// is chosen there. Here the first after something was done adds an entry, and the others change it.
// What the map alone writes stays, whatever address is written without it.
const OF_THE_MAP = ["view", "layers", "hidden", "year", "base"];
let done = false;

function whole(address) {
  const next = new URL(address, window.location.href);
  const now = new URLSearchParams(window.location.search);
  OF_THE_MAP.filter((name) => now.has(name) && !next.searchParams.has(name))
    .forEach((name) => next.searchParams.set(name, now.get(name)));
  return next;
}

function begin() {
  const { pushState, replaceState } = History.prototype;
  const { history } = window;
  // A frame tells its steps by an event of its own.
  ["pointerdown", "keydown", "atlas-step"].forEach((kind) =>
    window.addEventListener(kind, () => { done = true; }, true));
  window.addEventListener("popstate", () => { done = false; }, true);
  history.pushState = (state, title, address) => {
    (done ? pushState : replaceState).call(history, state, title, whole(address));
    done = false;
  };
  history.replaceState = (state, title, address) =>
    replaceState.call(history, state, title, whole(address));
}

function forget(names) {
  const address = new URL(window.location.href);
  names.forEach((name) => address.searchParams.delete(name));
  History.prototype.replaceState.call(window.history, window.history.state, "", address);
}

export default function ({ data }) {
  if (!Object.hasOwn(window.history, "pushState")) {
    begin();
  }
  if (data.refused.length) {
    forget(data.refused);
  }
}
