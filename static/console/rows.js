// Tables that change under the reader: rows glow, new ones wait, selection and focus stay.

const GLOW = 1200;

function rowsOf(root) {
  return [...root.querySelectorAll("tr[data-row]")];
}

function versions(table) {
  return new Map(rowsOf(table).map((row) => [row.id, row.dataset.version]));
}

export function moveRow(step) {
  const rows = rowsOf(document).filter((row) => row.offsetParent !== null);
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement?.closest("tr[data-row]"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step))];
  (next.querySelector(".main a, a") ?? next).focus();
  next.scrollIntoView({ block: "nearest" });
}

export function clickRow() {
  document.activeElement?.closest("tr[data-row]")?.querySelector("[data-select]")?.click();
}

function countSelected(panel) {
  const boxes = [...panel.querySelectorAll("[data-select]")];
  const chosen = boxes.filter((box) => box.checked).length;
  const bar = panel.querySelector("[data-bulk]");
  if (bar) bar.hidden = chosen === 0;
  for (const place of panel.querySelectorAll("[data-selected-count]")) {
    place.hidden = chosen === 0;
    place.textContent = `${chosen} selected`;
  }
  for (const all of panel.querySelectorAll("[data-select-all]")) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const box of boxes) box.closest("tr")?.classList.toggle("is-selected", box.checked);
}

function isReading(panel) {
  return panel.getBoundingClientRect().top < -40;
}

// Keeps rows that are new out of a refresh while the reader is further down, and says how many wait.
function holdNew(panel, fragment) {
  const known = versions(panel);
  const fresh = rowsOf(fragment).filter((row) => row.id && !known.has(row.id));
  const button = fragment.querySelector?.("[data-new-rows]");
  if (!fresh.length || !known.size || !button || !isReading(panel)) return;
  for (const row of fresh) row.remove();
  button.hidden = false;
  button.textContent = `${fresh.length} new`;
}

// What has been typed since the request was sent wins over what the answer echoes.
function keepTyped(fragment) {
  const typed = document.activeElement;
  if (!typed?.id || typed.type !== "search") return;
  fragment.querySelector?.(`#${CSS.escape(typed.id)}`)?.setAttribute("value", typed.value);
}

const seen = new WeakMap();

function beforeSwap({ detail: { ctx, tasks } }) {
  for (const task of tasks) {
    const panel = task.target?.closest?.("[data-table]");
    if (!panel || !task.fragment) continue;
    keepTyped(task.fragment);
    if (ctx.sourceElement?.matches?.("[data-live-refresh]")) {
      seen.set(ctx, { id: panel.id, versions: versions(panel) });
      holdNew(panel, task.fragment);
    }
  }
}

function afterSwap({ detail: { ctx } }) {
  for (const panel of document.querySelectorAll("[data-table]")) countSelected(panel);
  const earlier = seen.get(ctx);
  const panel = earlier && document.getElementById(earlier.id);
  if (!panel) return;
  for (const row of rowsOf(panel)) {
    if (earlier.versions.get(row.id) !== row.dataset.version) glow(row);
  }
}

function glow(row) {
  row.classList.add("is-changed");
  setTimeout(() => row.classList.remove("is-changed"), GLOW);
}

// An empty filter box is no filter: the URL says nothing about it.
function dropEmpty({ detail: { ctx } }) {
  if (!ctx.sourceElement?.matches?.(".table-filter")) return;
  for (const [name, value] of [...ctx.request.body]) {
    if (value === "") ctx.request.body.delete(name);
  }
}

export function watchTables() {
  document.addEventListener("htmx:config:request", dropEmpty);
  document.addEventListener("htmx:before:swap", beforeSwap);
  document.addEventListener("htmx:after:swap", afterSwap);
  document.addEventListener("change", (event) => {
    const panel = event.target.closest?.("[data-table]");
    if (!panel) return;
    if (event.target.matches("[data-select-all]")) {
      for (const box of panel.querySelectorAll("[data-select]")) box.checked = event.target.checked;
    }
    countSelected(panel);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-new-rows]");
    if (!button) return;
    const panel = button.closest("[data-table]");
    panel.scrollIntoView({ block: "start" });
    panel.querySelector("[data-live-refresh]")?.dispatchEvent(new CustomEvent("facts-missed", { bubbles: true }));
  });
}
