// Nothing typed is lost: drafts in this tab, a warning before leaving, a look at a chosen file.

const KEEP = "input:not([type=password]):not([type=hidden]):not([type=file]), textarea, select";
const started = new WeakSet();
let isSending = false;

function key(form) {
  return `draft:${document.body.dataset.user}:${location.pathname}:${form.dataset.draft || form.id}`;
}

function fields(form) {
  return [...form.elements].filter((field) => field.name && field.matches(KEEP));
}

function valueOf(field) {
  return field.type === "checkbox" || field.type === "radio" ? field.checked : field.value;
}

function defaultOf(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.defaultChecked;
  if (field instanceof HTMLSelectElement) {
    const chosen = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
    return chosen?.value ?? "";
  }
  return field.defaultValue;
}

function isDirty(form) {
  return form.isConnected && fields(form).some((field) => valueOf(field) !== defaultOf(field));
}

function names(form) {
  const seen = {};
  return fields(form).map((field) => {
    seen[field.name] = (seen[field.name] ?? -1) + 1;
    return [`${field.name}#${seen[field.name]}`, field];
  });
}

function save(form) {
  try {
    if (isDirty(form)) {
      const values = names(form).map(([name, field]) => [name, valueOf(field)]);
      sessionStorage.setItem(key(form), JSON.stringify(values));
    } else {
      sessionStorage.removeItem(key(form));
    }
  } catch {
    // No room or no storage: the warning before leaving still guards what was typed.
  }
}

function restore(form) {
  const kept = sessionStorage.getItem(key(form));
  // After an error the server has already put back what was sent.
  if (!kept || form.querySelector(".field-errors")) return;
  const values = new Map(JSON.parse(kept));
  let restored = 0;
  for (const [name, field] of names(form)) {
    if (!values.has(name) || values.get(name) === valueOf(field)) continue;
    if (typeof values.get(name) === "boolean") field.checked = values.get(name);
    else field.value = values.get(name);
    field.dispatchEvent(new Event("change", { bubbles: true }));
    restored += 1;
  }
  if (restored) offerDiscard(form);
}

function offerDiscard(form) {
  const note = document.createElement("p");
  note.className = "draft-note";
  note.append("What you typed before is back. ");
  const discard = Object.assign(document.createElement("button"), { type: "button", textContent: "Discard it" });
  discard.addEventListener("click", () => {
    sessionStorage.removeItem(key(form));
    form.reset();
    note.remove();
  });
  note.append(discard);
  form.prepend(note);
}

function start(form) {
  started.add(form);
  // Typed before this script came: newer than any draft.
  if (isDirty(form)) save(form);
  else restore(form);
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => save(form), 250);
  });
  form.addEventListener("submit", () => {
    save(form);
    isSending = true;
    sessionStorage.setItem("draft-sent", JSON.stringify({ key: key(form), path: location.pathname }));
  });
}

function preview(input) {
  const image = document.getElementById(input.dataset.preview);
  const file = input.files[0];
  if (!image) return;
  if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
  image.hidden = !file?.type.startsWith("image/");
  if (!image.hidden) image.src = URL.createObjectURL(file);
}

export function startForms() {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    if (!started.has(form)) start(form);
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("input[type=file][data-preview]")) preview(event.target);
});
document.addEventListener("htmx:finally:request", () => (isSending = false));
addEventListener("pagehide", () => {
  if (!isSending) document.querySelectorAll("form[data-draft]").forEach((form) => isDirty(form) && save(form));
});
addEventListener("beforeunload", (event) => {
  if (!isSending && [...document.querySelectorAll("form[data-draft]")].some(isDirty)) event.preventDefault();
});
