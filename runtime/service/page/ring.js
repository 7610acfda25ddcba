// The last so many of what comes; `total` counts all that ever came.
export class Ring {
  constructor(most) {
    this.most = most;
    this.clear();
  }

  clear() {
    this.items = [];
    this.total = 0;
  }

  push(item) {
    ++this.total;
    this.items.push(item);
    if (this.items.length > this.most) this.items.shift();
  }
}
