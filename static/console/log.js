// The live log of all replicas of a workload: bounded, in batches, readable while it runs.
import { announce } from "./notices.js";
import { socket } from "./socket.js";

const MOST = 2000;
const NEAR_END = 24;
const COLOURS = 8;
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

const views = new Set();

class LogView {
  #kept = []; // What was received, at most MOST; the filter looks here.
  #waiting = []; // Received, not shown yet.
  #dropped = 0; // Lost from #waiting because nobody looked.
  #pods = new Map();
  #frame = 0;
  #follows = true;
  #previous = false;
  #words = "";
  #pod = "";
  #container = "";
  #leave = () => {};
  #scrolling = false;
  #failed = false;

  constructor(root) {
    this.root = root;
    this.list = root.querySelector("[data-log-lines]");
    this.fresh = root.querySelector("[data-log-new]");
    this.none = root.querySelector("[data-log-empty]");
    this.status = root.querySelector("[data-log-status]");
    this.podSelect = root.querySelector("[data-log-pod]");
    root.classList.add("with-times");
    for (const option of this.podSelect.options) if (option.value) this.#colour(option.value);
    this.#listen();
    this.#subscribe();
  }

  end() {
    this.#leave();
    cancelAnimationFrame(this.#frame);
  }

  #subscribe() {
    this.#leave();
    this.#clear();
    this.#failed = false;
    const { logTenant: tenant, logKind: kind, logName: name } = this.root.dataset;
    const params = { tenant, kind, name };
    if (this.#container) params.container = this.#container;
    if (this.#previous) params.previous = true;
    this.#leave = socket.subscribe("workloads.log", params, {
      event: (event, data) => event === "lines" && this.#receive(data),
      skipped: (count) => this.#receive([{ skipped: count }]),
      failed: (error) => this.#fail(error),
      reset: () => this.#clear(), // The last lines come again after a reconnection.
    });
    this.#say();
  }

  #listen() {
    this.list.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.fresh.addEventListener("click", () => this.#follow(true));
    this.podSelect.addEventListener("change", () => {
      this.#pod = this.podSelect.value;
      this.#rebuild();
    });
    this.root.querySelector("[data-log-container]")?.addEventListener("change", (event) => {
      this.#container = event.target.value;
      this.#subscribe();
    });
    let timer = 0;
    this.root.querySelector("[data-log-filter]").addEventListener("input", (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        this.#words = event.target.value.toLowerCase();
        this.#rebuild();
      }, 120);
    });
    this.root.querySelector("[data-log-clear]").addEventListener("click", () => this.#clear());
    for (const button of this.root.querySelectorAll("[data-log-toggle]")) {
      button.addEventListener("click", () => this.#toggle(button.dataset.logToggle, button));
    }
  }

  #toggle(what, button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    if (what === "follow") this.#follow(on);
    if (what === "wrap") this.root.classList.toggle("with-wrap", on);
    if (what === "times") this.root.classList.toggle("with-times", on);
    if (what === "previous") {
      this.#previous = on;
      this.#subscribe();
    }
  }

  #receive(lines) {
    for (const line of lines) this.#waiting.push(line);
    if (this.#waiting.length > MOST) {
      const lost = this.#waiting.splice(0, this.#waiting.length - MOST);
      this.#dropped += lost.reduce((sum, line) => sum + (line.skipped ?? 1), 0);
    }
    if (this.#follows && !this.#frame) this.#frame = requestAnimationFrame(() => this.#flush());
    if (!this.#follows) this.#count();
    if (!this.root.isConnected) this.end();
  }

  #flush() {
    this.#frame = 0;
    if (this.#dropped) this.#waiting.unshift({ skipped: this.#dropped });
    this.#dropped = 0;
    const lines = this.#waiting.splice(0);
    this.#kept.push(...lines);
    if (this.#kept.length > MOST) this.#kept.splice(0, this.#kept.length - MOST);
    const batch = document.createDocumentFragment();
    for (const line of lines) if (this.#matches(line)) batch.append(this.#row(line));
    this.list.append(batch);
    while (this.list.childElementCount > MOST) this.list.firstElementChild.remove();
    if (this.#follows) this.#toEnd();
    this.#say();
  }

  #toEnd() {
    this.#scrolling = true;
    this.list.scrollTop = this.list.scrollHeight;
    requestAnimationFrame(() => (this.#scrolling = false));
  }

  #scrolled() {
    if (this.#scrolling) return;
    const left = this.list.scrollHeight - this.list.clientHeight - this.list.scrollTop;
    if (this.#follows && left > NEAR_END) this.#follow(false);
    else if (!this.#follows && left <= 1) this.#follow(true);
  }

  #follow(on) {
    this.#follows = on;
    this.root.querySelector("[data-log-toggle=follow]").setAttribute("aria-pressed", String(on));
    this.#count();
    if (on) this.#flush();
    else this.#say();
  }

  #count() {
    const count = this.#waiting.length + this.#dropped;
    this.fresh.hidden = this.#follows || !count;
    this.fresh.textContent = `${count.toLocaleString()} new ${count === 1 ? "line" : "lines"}`;
    this.#say();
  }

  #matches(line) {
    if (line.skipped) return true;
    if (this.#pod && line.pod !== this.#pod) return false;
    return !this.#words || plain(line.text).toLowerCase().includes(this.#words);
  }

  #rebuild() {
    const batch = document.createDocumentFragment();
    for (const line of this.#kept) if (this.#matches(line)) batch.append(this.#row(line));
    this.list.replaceChildren(batch);
    if (this.#follows) this.#toEnd();
    this.#say();
  }

  #row(line) {
    const row = document.createElement("li");
    if (line.skipped) {
      row.className = "log-skip";
      row.textContent = `${line.skipped.toLocaleString()} lines skipped; the download has them all`;
      return row;
    }
    if (line.stream === "stderr") row.className = "is-stderr";
    const at = new Date(line.at);
    const time = document.createElement("time");
    if (!Number.isNaN(at.getTime())) {
      time.dateTime = line.at;
      time.title = FULL.format(at);
      time.textContent = CLOCK.format(at);
    }
    const pod = document.createElement("span");
    pod.className = `log-pod pod-${this.#colour(line.pod)}`;
    pod.textContent = line.pod.slice(line.pod.lastIndexOf("-") + 1);
    pod.title = line.container ? `${line.pod} / ${line.container}` : line.pod;
    const text = document.createElement("span");
    text.className = "log-text";
    text.append(...this.#marked(lastWritten(line.text)));
    row.append(time, pod, text);
    return row;
  }

  #marked(text) {
    if (!this.#words) return pieces(text);
    const shown = plain(text);
    const at = shown.toLowerCase().indexOf(this.#words);
    if (at < 0) return [shown];
    const end = at + this.#words.length;
    const mark = Object.assign(document.createElement("mark"), { textContent: shown.slice(at, end) });
    return [shown.slice(0, at), mark, shown.slice(end)];
  }

  #colour(pod) {
    if (!this.#pods.has(pod)) {
      this.#pods.set(pod, this.#pods.size % COLOURS);
      if (![...this.podSelect.options].some((option) => option.value === pod)) this.podSelect.add(new Option(pod, pod));
      this.root.classList.toggle("one-pod", this.#pods.size < 2);
    }
    return this.#pods.get(pod);
  }

  #clear() {
    this.#kept = [];
    this.#waiting = [];
    this.#dropped = 0;
    this.list.replaceChildren();
    this.#count();
  }

  #fail(error) {
    this.#failed = true;
    this.none.textContent = error.message;
    announce(error.message);
    this.#say();
  }

  #say() {
    const shown = this.list.childElementCount;
    this.none.hidden = shown > 0;
    if (!shown && !this.#failed) this.none.textContent = this.#emptyReason();
    const narrowed = this.#words || this.#pod;
    const lines = narrowed ? `${shown.toLocaleString()} of ${this.#kept.length.toLocaleString()} lines` : `${shown.toLocaleString()} ${shown === 1 ? "line" : "lines"}`;
    const live = this.#failed ? "Broken off" : !this.#follows ? "Paused" : this.#isFinished ? "Finished" : "Live";
    this.status.dataset.live = live.toLowerCase();
    const text = shown || this.#kept.length ? `${live} · ${lines}` : live;
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  get #isFinished() {
    return this.#previous || this.root.dataset.logFinished !== undefined;
  }

  #emptyReason() {
    if (this.#kept.length) return "No line matches.";
    return this.#isFinished ? "No line was kept." : "Waiting for the first line.";
  }
}

export function startLogs() {
  for (const view of views) {
    if (!view.root.isConnected) {
      view.end();
      views.delete(view);
    }
  }
  const known = new Set([...views].map((view) => view.root));
  for (const root of document.querySelectorAll("[data-log]")) if (!known.has(root)) views.add(new LogView(root));
}

// Colours of terminals become classes; every other control sequence is dropped.
const SEQUENCE = /\x1b\[([0-9;:]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-_]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

// What a terminal would show of a line: progress bars write it again after each carriage return.
function lastWritten(text) {
  const trimmed = text.replace(/\r+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("\r") + 1);
}

function plain(text) {
  return text.includes("\x1b") ? text.replace(SEQUENCE, "") : text;
}

function styled(codes, style) {
  const next = { ...style };
  for (const code of codes.split(/[;:]/).map(Number)) {
    if (code === 0) Object.assign(next, { colour: "", bold: false, dim: false });
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 22) Object.assign(next, { bold: false, dim: false });
    else if (code >= 30 && code <= 37) next.colour = `ansi-${code - 30}`;
    else if (code >= 90 && code <= 97) next.colour = `ansi-${code - 90}`;
    else if (code === 39) next.colour = "";
    else if (code === 38 || code === 48) break; // A palette of its own; what follows are its numbers.
  }
  return next;
}

function piece(text, style) {
  const classes = [style.colour, style.bold && "ansi-bold", style.dim && "ansi-dim"].filter(Boolean);
  if (!classes.length) return text;
  return Object.assign(document.createElement("span"), { className: classes.join(" "), textContent: text });
}

// Returns nodes and strings for append(); text never becomes markup.
function pieces(text) {
  if (!text.includes("\x1b")) return [text];
  const parts = [];
  let style = { colour: "", bold: false, dim: false };
  let at = 0;
  for (const match of text.matchAll(SEQUENCE)) {
    if (match.index > at) parts.push(piece(text.slice(at, match.index), style));
    at = match.index + match[0].length;
    if (match[2] === "m") style = styled(match[1], style);
  }
  if (at < text.length) parts.push(piece(text.slice(at), style));
  return parts;
}
