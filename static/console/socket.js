// The one socket of this tab: subscribes, notices gaps, and comes back after a loss.
import { showConnection } from "./notices.js";

const PING_EVERY = 25_000;
const ANSWER_WITHIN = 10_000;
const LONGEST_WAIT = 30_000;
const SIGNED_OUT = 4401;

class Socket {
  #socket = null;
  #subscriptions = new Map();
  #nextId = 1;
  #failures = 0;
  #retry = 0;
  #ping = 0;
  #deadline = 0;
  #ended = false;
  #wasOpen = false;

  // `handler` has event(name, data), and if it likes: skipped(count), missed(), failed(error), reset(),
  // and since: the time in Unix milliseconds up to which it knows everything.
  subscribe(topic, params, handler) {
    const id = String(this.#nextId++);
    this.#subscriptions.set(id, { topic, params, handler, seq: 0 });
    if (this.#socket?.readyState === WebSocket.OPEN) this.#ask(id);
    else this.#open();
    return () => this.#unsubscribe(id);
  }

  #unsubscribe(id) {
    if (this.#subscriptions.delete(id)) this.#send({ op: "unsubscribe", id });
  }

  #send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #ask(id) {
    const subscription = this.#subscriptions.get(id);
    subscription.seq = 0;
    this.#send({ op: "subscribe", id, topic: subscription.topic, params: subscription.params });
  }

  #open() {
    if (this.#socket || this.#ended) return;
    clearTimeout(this.#retry);
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/`);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened());
    socket.addEventListener("message", (event) => this.#received(event.data));
    socket.addEventListener("close", (event) => this.#closed(event.code));
  }

  #opened() {
    this.#failures = 0;
    showConnection("");
    for (const [id, { handler }] of this.#subscriptions) {
      if (this.#wasOpen) {
        handler.reset?.();
        handler.since = -1; // Whatever was said while the connection was lost.
      }
      this.#ask(id);
    }
    this.#wasOpen = true;
    this.#ping = setInterval(() => this.#check(), PING_EVERY);
  }

  #check() {
    this.#send({ op: "ping", id: "ping" });
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#drop(), ANSWER_WITHIN);
  }

  // A connection that died without a word never closes by itself.
  #drop() {
    const dead = this.#socket;
    dead?.close();
    if (this.#socket === dead && dead) this.#closed(1006);
  }

  #received(text) {
    clearTimeout(this.#deadline);
    const frame = JSON.parse(text);
    const subscription = this.#subscriptions.get(frame.id);
    if (!subscription) return;
    const { handler } = subscription;
    if (frame.event === "error") {
      handler.failed?.(frame.data);
      return;
    }
    if (frame.event === "subscribed") {
      // Said before this subscription stood: nobody will say it again.
      if (handler.since < frame.data.heard) handler.missed?.();
      handler.since = frame.data.heard;
      return;
    }
    const expected = subscription.seq + (frame.event === "skipped" ? frame.count : 1);
    const gap = frame.seq - expected;
    subscription.seq = frame.seq;
    if (gap > 0) handler.skipped?.(gap);
    if (frame.event === "skipped") handler.skipped?.(frame.count);
    else handler.event(frame.event, frame.data);
    if (gap > 0 || frame.event === "skipped") handler.missed?.();
  }

  #closed(code) {
    if (!this.#socket) return;
    this.#socket = null;
    clearInterval(this.#ping);
    clearTimeout(this.#deadline);
    if (code === SIGNED_OUT) {
      this.#ended = true;
      showConnection("Signed out");
      return;
    }
    this.#failures += 1;
    const wait = Math.min(LONGEST_WAIT, 500 * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#retry = setTimeout(() => this.#open(), wait);
    // The first loss is often over before anybody could read about it.
    setTimeout(() => this.#sayLost(), this.#failures > 1 ? 0 : 1200);
  }

  #sayLost() {
    if (this.#socket?.readyState === WebSocket.OPEN) return;
    if (!this.#ended) showConnection(navigator.onLine ? "Reconnecting" : "Offline");
  }

  retryNow() {
    if (!this.#socket && this.#subscriptions.size) this.#open();
  }

  offline() {
    if (this.#subscriptions.size && !this.#ended) showConnection("Offline");
  }

  online() {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#check();
    this.#failures = 0;
    this.retryNow();
    if (this.#socket?.readyState === WebSocket.OPEN) showConnection("");
  }
}

export const socket = new Socket();
addEventListener("online", () => socket.online());
addEventListener("offline", () => socket.offline());
document.addEventListener("visibilitychange", () => document.hidden || socket.retryNow());
