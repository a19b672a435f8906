
(function () {
  "use strict";
  const table = document.getElementById("decisions"), body = table.tBodies[0], rows = Array.from(body.rows);
  const search = document.getElementById("search"), day = document.getElementById("day"), outcome = document.getElementById("outcome");
  const shown = document.getElementById("shown"), heads = Array.from(table.tHead.rows[0].cells);
  const texts = new Map(rows.map(row => [row, row.textContent.toLowerCase()]));

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const row of rows) {
      row.hidden = !(words.every(word => texts.get(row).includes(word)) &&
        (!day.value || row.dataset.day === day.value) && (!outcome.value || row.dataset.outcome === outcome.value));
      if (!row.hidden) n++;
    }
    shown.textContent = n + " of " + rows.length;
  }

  function key(row, column) {
    const cell = row.cells[column];
    return cell.dataset.sort === undefined ? cell.textContent : Number(cell.dataset.sort);
  }

  function sort(column) {
    const up = heads[column].getAttribute("aria-sort") !== "ascending";
    heads.forEach(head => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", up ? "ascending" : "descending");
    const order = rows.map((row, i) => ({ row, i, key: key(row, column) }));
    order.sort((a, b) => ((a.key > b.key) - (a.key < b.key)) * (up ? 1 : -1) || a.i - b.i);
    body.append(...order.map(item => item.row));
  }

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(column));
    head.replaceChildren(button);
  });
  const form = document.getElementById("filters");
  form.addEventListener("input", filter);
  form.addEventListener("submit", event => event.preventDefault());
  form.hidden = false;
  filter();
})();
