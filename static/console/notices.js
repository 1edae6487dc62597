// What the page says: toasts, the live region for screen readers, the state of the connection.

const QUIET_AFTER = 6000;
const LEVELS = { success: "success", info: "info", warning: "warning", error: "error", debug: "info" };

export function announce(text) {
  const region = document.querySelector("[data-live]");
  if (!region) return;
  region.textContent = "";
  // A region speaks only when its text changes after it has been seen empty.
  setTimeout(() => (region.textContent = text), 50);
}

export function toast(text, level = "info", { hint = "", link = "" } = {}) {
  const box = document.querySelector("[data-toasts]");
  const template = document.getElementById("toast-template");
  if (!box || !template) return;
  for (const old of box.querySelectorAll("[data-toast] p")) {
    if (old.textContent === text) old.closest("[data-toast]").remove();
  }
  const note = template.content.firstElementChild.cloneNode(true);
  note.classList.add(`toast-${LEVELS[level] ?? "info"}`);
  note.querySelector("p").textContent = text;
  note.querySelector("small").textContent = hint;
  const anchor = note.querySelector("a");
  if (link.startsWith("/")) {
    anchor.href = link;
    anchor.hidden = false;
  }
  box.append(note);
  while (box.childElementCount > 4) box.firstElementChild.remove();
  expire(note);
}

// Errors and warnings stay until somebody has read them.
function expire(note) {
  if (note.matches(".toast-error, .toast-warning")) return;
  setTimeout(() => (note.matches(":hover, :focus-within") ? expire(note) : note.remove()), QUIET_AFTER);
}

let lostAt = 0;
let lostWhy = "";

// `why` is empty when all is well.
export function showConnection(why) {
  if (why && !lostAt) lostAt = Date.now();
  if (!why) lostAt = 0;
  if (why !== lostWhy && why) announce(why);
  lostWhy = why;
  paintConnection();
}

function paintConnection() {
  const place = document.querySelector("[data-connection]");
  if (!place) return;
  place.hidden = !lostWhy;
  if (!lostWhy) return;
  const seconds = Math.round((Date.now() - lostAt) / 1000);
  const text = `${lostWhy} · data ${seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m`} old`;
  if (place.textContent !== text) place.textContent = text;
}

function isBackground(source) {
  return source?.matches?.("[data-live-refresh], [data-error-panel]") ?? false;
}

function watchRequests() {
  let running = 0;
  const show = () => document.body.classList.toggle("is-busy", running > 0);
  const counted = new WeakSet();
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (isBackground(ctx.sourceElement)) return;
    counted.add(ctx);
    running += 1;
    setTimeout(show, 120);
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (counted.delete(ctx)) running -= 1;
    show();
  });
  document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
    if (error?.name === "AbortError" || isBackground(ctx?.sourceElement)) return;
    toast("The console did not answer.", "error", { hint: "Check the connection and try again; nothing on this page is lost." });
  });
  // Something between us and the console answered in its place; its page must not land in a panel.
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (!ctx?.response || ctx.response.status < 400 || ctx.response.headers.has("X-Request-ID")) return;
    event.preventDefault();
    if (!isBackground(ctx.sourceElement)) toast(`The console did not answer (${ctx.response.status}).`, "error");
  });
}

export function watchMessages() {
  for (const note of document.querySelectorAll("[data-toast]")) expire(note);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-dismiss]")) event.target.closest("[data-toast]")?.remove();
  });
  document.addEventListener("message-sent", ({ detail }) => toast(detail.text, detail.level));
  document.addEventListener("action-failed", ({ detail }) => {
    toast(detail.message, "error", { hint: detail.hint, link: detail.link });
  });
  setInterval(paintConnection, 1000);
  watchRequests();
}
