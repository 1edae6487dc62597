// Ctrl-K: pages and actions of this page, and what the server finds.

const WAIT = 150;
let dialog, input, list, none, timer, asked;

function commands() {
  return [...document.querySelectorAll("[data-command]")]
    .filter((element) => !dialog.contains(element))
    .map((element) => ({
      label: element.dataset.command,
      hint: element.dataset.hotkey ?? "",
      icon: element.querySelector("svg"),
      run: () => element.click(),
    }));
}

// Each letter in order; a whole run at the start of a word counts most.
function score(label, wanted) {
  const text = label.toLowerCase();
  const at = text.indexOf(wanted);
  if (at === 0) return 4;
  if (at > 0) return text[at - 1] === " " ? 3 : 2;
  let position = -1;
  for (const letter of wanted) {
    position = text.indexOf(letter, position + 1);
    if (position < 0) return 0;
  }
  return 1;
}

function option({ label, hint, icon, run }) {
  const item = document.createElement("li");
  item.setAttribute("role", "option");
  item.id = `palette-${list.childElementCount}`;
  if (icon) item.append(icon.cloneNode(true));
  item.append(Object.assign(document.createElement("span"), { textContent: label }));
  if (hint) item.append(Object.assign(document.createElement("kbd"), { textContent: hint }));
  item.addEventListener("click", () => {
    dialog.close();
    run();
  });
  item.addEventListener("pointermove", () => select(item));
  list.append(item);
}

function select(item) {
  for (const other of list.children) other.setAttribute("aria-selected", String(other === item));
  input.setAttribute("aria-activedescendant", item?.id ?? "");
  item?.scrollIntoView({ block: "nearest" });
}

function selected() {
  return list.querySelector("[aria-selected=true]");
}

function show() {
  const wanted = input.value.trim().toLowerCase();
  list.replaceChildren();
  commands()
    .map((command) => ({ command, rank: wanted ? score(command.label, wanted) : 1 }))
    .filter(({ rank }) => rank > 0)
    .sort((one, other) => other.rank - one.rank)
    .slice(0, 12)
    .forEach(({ command }) => option(command));
  select(list.firstElementChild);
  none.hidden = list.childElementCount > 0 || Boolean(wanted && dialog.dataset.search);
  clearTimeout(timer);
  if (wanted && dialog.dataset.search) timer = setTimeout(() => askServer(input.value.trim()), WAIT);
}

async function askServer(text) {
  asked?.abort();
  asked = new AbortController();
  try {
    const url = `${dialog.dataset.search}?${new URLSearchParams({ q: text })}`;
    const response = await fetch(url, { headers: { "HX-Request": "true" }, signal: asked.signal });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    const found = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const link of found.querySelectorAll("li a[href^='/']")) {
      const hint = link.querySelector("small")?.textContent ?? "";
      link.querySelector("small")?.remove();
      const href = link.getAttribute("href");
      option({ label: link.textContent.trim(), hint, icon: link.querySelector("svg"), run: () => location.assign(href) });
    }
  } catch (error) {
    if (error.name === "AbortError") return;
    none.textContent = "The search did not answer.";
  }
  if (!selected()) select(list.firstElementChild);
  none.hidden = list.childElementCount > 0;
}

function pressed(event) {
  const items = [...list.children];
  const at = items.indexOf(selected());
  if (event.key === "ArrowDown") select(items[(at + 1) % items.length]);
  else if (event.key === "ArrowUp") select(items[(at - 1 + items.length) % items.length]);
  else if (event.key === "Enter") selected()?.click();
  else return;
  event.preventDefault();
}

export function start(element) {
  if (dialog !== element) {
    dialog = element;
    input = dialog.querySelector("input");
    list = dialog.querySelector("ul");
    none = dialog.querySelector(".palette-none");
    input.addEventListener("input", show);
    input.addEventListener("keydown", pressed);
  }
  show();
}
