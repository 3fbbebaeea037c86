"use strict";
// Sorting, filtering and further rows for tables. Texts only ever become text nodes.
(() => {
  const FIRST = 100;
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const whole = new Intl.NumberFormat("en-US");

  const minute = (seconds) => {
    const at = new Date(seconds * 1000);
    return Number.isNaN(at.getTime()) ? "never" : at.toISOString().slice(0, 16).replace("T", " ");
  };

  const text = (value, column) => {
    if (value === null) return column.absent;
    if (column.kind === "choice") return column.choices[value];
    if (column.kind === "time") return minute(value);
    if (column.kind === "number") return value.toLocaleString("en-US");
    return value;
  };

  const CLASSES = { name: "name", code: "code", time: "time", number: "num", text: "text" };
  const INSIDE = { name: "bdi", text: "bdi", code: "code" };

  const cell = (value, column) => {
    const made = document.createElement("td");
    if (CLASSES[column.kind]) made.className = CLASSES[column.kind];
    const inside = INSIDE[column.kind];
    const holder = inside ? made.appendChild(document.createElement(inside)) : made;
    holder.textContent = text(value, column);
    return made;
  };

  const compare = (a, b, column) => {
    if (a === b) return 0;
    if (a === null) return 1;
    if (b === null) return -1;
    if (column.kind === "choice") return order.compare(column.choices[a], column.choices[b]);
    return typeof a === "number" ? a - b : order.compare(a, b);
  };

  const enhance = (root) => {
    const { columns, rows } = JSON.parse(root.querySelector("script").textContent);
    const body = root.querySelector("tbody");
    const find = root.querySelector("input");
    const selects = [...root.querySelectorAll("select")];
    const said = root.querySelector(".shown");
    const more = root.querySelector(".more");
    const heads = [...root.querySelectorAll("thead th")];
    let sorted = rows;
    let found = rows;
    let shown = FIRST;
    let by = { column: -1, down: false };
    let words = null; // what can be found in each row, made when somebody looks for something

    const wordsOf = (row) =>
      row.map((value, place) => text(value, columns[place])).join("\n").toLowerCase();

    const draw = () => {
      const part = document.createDocumentFragment();
      for (const row of found.slice(0, shown)) {
        const made = document.createElement("tr");
        row.forEach((value, place) => made.append(cell(value, columns[place])));
        part.append(made);
      }
      body.replaceChildren(part);
      const count = Math.min(shown, found.length);
      const filtered = found.length < rows.length;
      const all = count === found.length;
      const parts = filtered
        ? `${whole.format(found.length)} of ${whole.format(rows.length)} found${all ? "" : `, ${whole.format(count)} shown`}`
        : all ? `All ${whole.format(count)} shown` : `Showing ${whole.format(count)} of ${whole.format(found.length)}`;
      said.textContent = `${parts}.`;
      more.hidden = all;
      more.textContent = `Show ${whole.format(Math.min(shown, found.length - count))} more`;
    };

    const filter = () => {
      const wanted = find.value.trim().toLowerCase();
      if (wanted && !words) words = new Map(rows.map((row) => [row, wordsOf(row)]));
      const picks = selects
        .filter((select) => select.value !== "")
        .map((select) => [Number(select.dataset.column), Number(select.value)]);
      found = sorted.filter(
        (row) =>
          picks.every(([column, choice]) => row[column] === choice) &&
          (!wanted || words.get(row).includes(wanted)),
      );
      shown = FIRST;
      draw();
    };

    const sort = (place) => {
      by = { column: place, down: by.column === place && !by.down };
      const turn = by.down ? -1 : 1;
      const column = columns[place];
      sorted = [...rows].sort((a, b) => {
        const absent = (a[place] === null) - (b[place] === null); // last, whichever the direction
        return absent || turn * compare(a[place], b[place], column);
      });
      heads.forEach((head, other) => {
        const mine = other === place;
        if (mine) head.setAttribute("aria-sort", by.down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
        head.querySelector("span").textContent = mine ? (by.down ? "\u2193" : "\u2191") : "";
      });
      filter();
    };

    heads.forEach((head, place) => {
      const button = document.createElement("button");
      button.type = "button";
      const arrow = document.createElement("span");
      arrow.setAttribute("aria-hidden", "true");
      button.append(head.textContent, arrow);
      button.addEventListener("click", () => sort(place));
      head.replaceChildren(button);
    });
    find.addEventListener("input", filter);
    selects.forEach((select) => select.addEventListener("change", filter));
    root.querySelector(".clear").addEventListener("click", () => {
      find.value = "";
      selects.forEach((select) => { select.value = ""; });
      filter();
      find.focus();
    });
    more.addEventListener("click", () => {
      shown *= 2;
      draw();
      if (more.hidden) root.querySelector(".scroll").focus(); // a hidden button would lose the place
    });
    root.querySelector(".filters").hidden = false;
    root.querySelector(".unscripted").remove();
    draw();
  };

  document.querySelectorAll("[data-table]").forEach(enhance);
})();
