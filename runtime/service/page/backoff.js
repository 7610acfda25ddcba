// How long to wait before the n-th attempt (from 1) to reconnect, in milliseconds: doubling from half a second to ten,
// and by up to a quarter less, so that fifty pages do not come back at the same instant. random: 0..1.
export const backoff = (attempt, random) => Math.min(10_000, 250 * 2 ** Math.min(attempt, 10)) * (1 - random / 4);
