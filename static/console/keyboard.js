// The keyboard: "/" filters, "g a" goes, "j" and "k" move, "?" helps, Ctrl-K commands.
import { clickRow, moveRow } from "./rows.js";

const SEQUENCE_WITHIN = 1200;

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) return false;
  document.querySelector(":popover-open")?.hidePopover();
  if (id === "help") fillHelp(dialog);
  if (dialog.open) return true;
  if (id === "palette") openPalette(dialog);
  dialog.showModal();
  return true;
}

// What is typed while the module is still on its way is not lost: only an old query is cleared.
function openPalette(dialog) {
  dialog.querySelector("input").value = "";
  import("./palette.js").then((palette) => palette.start(dialog));
}

function fillHelp(dialog) {
  const list = dialog.querySelector("[data-hotkey-list]");
  if (list.dataset.filled) return;
  list.dataset.filled = "yes";
  for (const element of document.querySelectorAll("[data-hotkey]")) {
    if (!element.dataset.hotkey) continue;
    const entry = document.createElement("div");
    const keys = document.createElement("dt");
    for (const key of element.dataset.hotkey.split(" ")) {
      keys.append(Object.assign(document.createElement("kbd"), { textContent: key }), " ");
    }
    const what = Object.assign(document.createElement("dd"), { textContent: element.dataset.command || element.textContent });
    entry.append(keys, what);
    list.append(entry);
  }
}

function isTyping(element) {
  return element?.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]");
}

function isVisible(element) {
  return element.checkVisibility?.({ visibilityProperty: true }) ?? element.offsetParent !== null;
}

function focusFilter() {
  const box = [...document.querySelectorAll("[data-filter-box]")].map((one) => (one.matches("input") ? one : one.querySelector("input"))).find((one) => one && isVisible(one));
  if (box) {
    box.focus();
    box.select();
  } else {
    openDialog("palette");
  }
}

function leaveField(element) {
  if (element.type === "search" && element.value && element.matches("[data-filter-box]")) {
    element.value = "";
    element.dispatchEvent(new Event("input", { bubbles: true }));
  } else {
    element.blur();
  }
}

const SINGLE = {
  "/": focusFilter,
  "?": () => openDialog("help"),
  j: () => moveRow(1),
  k: () => moveRow(-1),
  x: clickRow,
};

let before = "";
let beforeAt = 0;

function follow(sequence) {
  const target = document.querySelector(`[data-hotkey="${CSS.escape(sequence)}"]`) ?? document.querySelector(`[data-hotkey="${sequence}"]`);
  if (target) target.click();
  return Boolean(target);
}

function pressed(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    if (openDialog("palette")) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape" && !event.target.closest("dialog, [popover]")) leaveField(event.target);
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  const sequence = `${before} ${event.key}`;
  const inTime = before && event.timeStamp - beforeAt < SEQUENCE_WITHIN;
  before = "";
  if (inTime && /^[a-z] [a-z]$/.test(sequence) && follow(sequence)) {
    event.preventDefault();
  } else if (SINGLE[event.key]) {
    event.preventDefault();
    SINGLE[event.key]();
  } else if (/^[a-z]$/.test(event.key)) {
    before = event.key;
    beforeAt = event.timeStamp;
  }
}

export function watchKeys() {
  document.addEventListener("keydown", pressed);
}
