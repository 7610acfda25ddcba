// Which rows of a table are shown, and in which order.
const names = new Intl.Collator("en", { numeric: true });

/// What is missing comes last, in either direction; equal keys keep their order.
export const sorted = (rows, key, descending) => {
  const direction = descending ? -1 : 1;
  return rows
    .map((row, index) => ({ row, index, key: key(row) }))
    .sort((a, b) => {
      const missing = (a.key == null) - (b.key == null);
      if (missing !== 0 || a.key == null) return missing || a.index - b.index;
      const difference = typeof a.key === "number" ? a.key - b.key : names.compare(a.key, b.key);
      return direction * difference || a.index - b.index;
    })
    .map(({ row }) => row);
};

/// All words of `text` are in what `textOf` says of a row, whatever their case.
export const matching = (rows, text, textOf) => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const all = textOf(row).toLowerCase();
    return words.every((word) => all.includes(word));
  });
};

/// The part of `length` rows of one height that a window from `top` of `height` pixels shows, some more on both sides.
export const windowOf = (length, rowHeight, top, height, more = 8) => {
  return {
    first: Math.max(0, Math.min(length, Math.floor(top / rowHeight)) - more),
    last: Math.min(length, Math.ceil((top + height) / rowHeight) + more),
  };
};
