// Colours of terminals as classes; every other control sequence is dropped.

const SEQUENCE = /\x1b\[([0-9;:]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-_]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

// What a terminal would show of a line: progress bars write it again after each carriage return.
export function lastWritten(text) {
  const trimmed = text.replace(/\r+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("\r") + 1);
}

export function plain(text) {
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
export function pieces(text) {
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
