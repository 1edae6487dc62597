// Starts everything that every page needs; what only some pages need is loaded when they do.
import { announce, watchMessages } from "./notices.js";
import { openDialog, watchKeys } from "./keyboard.js";
import { watchTables } from "./rows.js";
import { socket } from "./socket.js";

const FACTS_MISSED = "facts-missed";

function short(seconds) {
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]]) {
    if (seconds >= size) return `${Math.floor(seconds / size)}${unit}`;
  }
  return "0s";
}

const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

function refreshTimes(root) {
  for (const element of root.querySelectorAll("time[data-time]")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const seconds = Math.max(0, (Date.now() - at) / 1000);
    const full = FULL.format(at);
    const form = element.dataset.time;
    const text =
      form === "clock" ? full : form === "age" ? short(seconds) : seconds < 1 ? "just now" : `${short(seconds)} ago`;
    if (element.title !== full) element.title = full;
    if (element.textContent !== text) element.textContent = text;
  }
}

async function copy(button) {
  const source = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
  const text = source ? (source.value ?? source.textContent) : button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    announce("The browser did not allow copying.");
    return;
  }
  button.classList.add("is-copied");
  announce("Copied");
  setTimeout(() => button.classList.remove("is-copied"), 1500);
}

function filterList(input) {
  const list = input.closest("[data-filter-list]");
  const wanted = input.value.trim().toLowerCase();
  let shown = 0;
  for (const item of list.querySelectorAll("li")) {
    item.hidden = !item.textContent.toLowerCase().includes(wanted);
    shown += item.hidden ? 0 : 1;
  }
  list.querySelector("[data-filter-none]").hidden = shown > 0;
}

function watchClicks() {
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-copy],[data-copy-from],[data-opens]");
    if (!target) return;
    if (target.dataset.opens === undefined) copy(target);
    else if (!event.ctrlKey && !event.metaKey && openDialog(target.dataset.opens)) event.preventDefault();
  });
  // A click on the backdrop closes a dialog: the dialog itself is hit, not what is inside.
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof HTMLDialogElement && event.target.open) {
      const box = event.target.getBoundingClientRect();
      const inside =
        event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) event.target.close();
    }
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-filter-input]")) filterList(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("[data-filter-input]")) return;
    event.preventDefault();
    event.target.closest("[data-filter-list]").querySelector("li:not([hidden]) a")?.click();
  });
}

function watchFacts() {
  const tenant = document.body.dataset.tenant;
  if (!tenant) return;
  const dispatch = (name, detail) => document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  socket.subscribe("tenant.changes", { tenant }, {
    since: Number(document.body.dataset.since),
    event: dispatch,
    missed: () => dispatch(FACTS_MISSED, {}),
  });
}

// A draft that was sent and led to another page has been saved; forms.js may not be loaded there.
function forgetSentDraft() {
  const sent = JSON.parse(sessionStorage.getItem("draft-sent") ?? "null");
  sessionStorage.removeItem("draft-sent");
  if (!sent || sent.path === location.pathname || location.pathname.startsWith("/sign-in")) return;
  sessionStorage.removeItem(sent.key);
}

// Parts of a page come and go with htmx, so each start looks at what is there now.
async function startParts() {
  refreshTimes(document);
  if (document.querySelector("[data-log]")) (await import("./log.js")).startLogs();
  if (document.querySelector("form[data-draft], [data-preview]")) (await import("./forms.js")).startForms();
}

forgetSentDraft();
watchMessages();
watchKeys();
watchTables();
watchClicks();
watchFacts();
startParts();
setInterval(() => document.hidden || refreshTimes(document), 1000);
document.addEventListener("visibilitychange", () => document.hidden || refreshTimes(document));
document.addEventListener("htmx:after:swap", startParts);
