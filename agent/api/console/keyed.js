// A list that follows its items: each keeps its own node, so focus and selection stay where they
// are when the list changes.

const lists = new WeakMap();

// `make` returns { node, update }; `update` is given the item each time. For whoever presses something
// later `make` is given how to ask for the item as it is then. It is given no item, and is a function
// of its module, which a test checks: so nothing that is pressed can hold on to an item of before.
export function keep(parent, items, keyOf, make) {
  const known = lists.get(parent) ?? new Map();
  lists.set(parent, known);
  const wanted = new Set(items.map(keyOf));
  for (const [key, { node }] of known) {
    if (!wanted.has(key)) {
      leave(node);
      known.delete(key);
    }
  }
  let next = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    if (!known.has(key)) {
      const kept = { item };
      known.set(key, { kept, ...make(() => kept.item) });
    }
    const { kept, node, update } = known.get(key);
    kept.item = item;
    if (node === next) {
      next = next.nextElementSibling;
    } else {
      parent.insertBefore(node, next);
    }
    update(item);
  }
}

// Who works with the keyboard goes on with the neighbour, not from the top of the page.
function leave(node) {
  if (node.contains(document.activeElement)) {
    const neighbours = [node.nextElementSibling, node.previousElementSibling];
    const buttons = neighbours.map((each) => each?.querySelector("button:not(:empty)"));
    (buttons.find(Boolean) ?? node.closest("section")?.querySelector("h2"))?.focus();
  }
  node.remove();
}
