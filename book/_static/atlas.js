// The atlas of action units: search, filters, a link to each card, two cards side by side.
// Every fact comes from the cards of the page.
(function () {
  "use strict";
  const SEARCHED = ["Kind", "Muscle", "Nerve", "What you see", "Folds and bulges"];

  function make(tag, properties, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  }

  function readCard(node) {
    const list = node.querySelector("dl");
    const rows = [...list.querySelectorAll("dt")].map((term) => ({
      name: term.textContent, link: term.querySelector("a"), term, text: term.nextElementSibling,
    }));
    const who = rows.filter((row) => SEARCHED.includes(row.name)).map((row) => row.text.textContent);
    const [label, name] = node.querySelector("summary").childNodes;
    const title = `${label.textContent} ${name.textContent.trim()}`;
    return {
      node, list, rows, title,
      anchor: list.id, // au-12
      code: list.id.slice(3),
      label: label.textContent,
      // A branch is a branch of the facial nerve, and readers look for that name, too.
      words: `${title} ${who.join(" ")}${/ branch\b/.test(who.join(" ")) ? " facial nerve vii" : ""}`.toLowerCase().split(/[^a-z0-9]+/),
    };
  }

  function start() {
    const cards = [...document.querySelectorAll(".au-card")].map(readCard);
    const byAnchor = new Map(cards.map((card) => [card.anchor, card]));
    const first = document.querySelector(".au-atlas").closest("section");
    const field = make("input", { type: "search", id: "au-query", autocomplete: "off" });
    field.placeholder = "such as 12, lip, zygomaticus";
    const status = make("p", { className: "au-count" });
    status.setAttribute("role", "status");
    const panel = make("section", { className: "au-compare", hidden: true, tabIndex: -1 });
    const chips = [];
    let opener = null;

    // -- search and filters

    function group(title, key) {
      const all = cards.flatMap((card) => card.node.dataset[key].split("|")).filter((value) => value && value !== "none");
      const often = (value) => all.filter((one) => one === value).length;
      const values = [...new Set(all)];
      if (key === "nerve") values.sort((one, other) => often(other) - often(one));
      const box = make("fieldset", {}, make("legend", {}, title));
      for (const value of values) {
        const chip = make("button", { type: "button", className: "au-chip", textContent: value });
        chip.setAttribute("aria-pressed", "false");
        chip.onclick = () => {
          chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
          filter();
        };
        chips.push({ key, value, chip });
        box.append(chip);
      }
      return box;
    }

    const pressed = (key) => chips.filter((one) => one.key === key && one.chip.getAttribute("aria-pressed") === "true").map((one) => one.value);

    function filter() {
      const words = field.value.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
      const isCode = (word) => /^(au|ad)?m?\d+$/.test(word);
      const codes = words.filter(isCode).map((word) => word.replace(/^a[ud]/, ""));
      const others = words.filter((word) => !isCode(word));
      const wanted = ["half", "kind", "nerve"].map((key) => [key, pressed(key)]).filter(([, values]) => values.length);
      const found = cards.filter((card) => {
        const fits = (codes.length === 0 || codes.includes(card.code))
          && others.every((word) => card.words.some((one) => one.startsWith(word)))
          && wanted.every(([key, values]) => card.node.dataset[key].split("|").some((value) => values.includes(value)));
        card.node.hidden = !fits;
        return fits;
      });
      document.querySelectorAll(".au-atlas").forEach((box) => {
        box.closest("section").hidden = !box.querySelector(".au-card:not([hidden])");
      });
      if (words.length && found.length === 1) found[0].node.open = true;
      clear.hidden = !words.length && !wanted.length;
      status.textContent = `${found.length} of ${cards.length} codes${found.length ? "" : ". Nothing fits; take a word or a filter away"}`;
    }

    function reset() {
      field.value = "";
      chips.forEach((one) => one.chip.setAttribute("aria-pressed", "false"));
      filter();
    }

    // -- links and comparison

    function openCard(card) {
      if (card.node.hidden) reset();
      document.querySelectorAll(".au-linked").forEach((node) => node.classList.remove("au-linked"));
      card.node.classList.add("au-linked");
      card.node.open = true;
      card.node.scrollIntoView();
      card.node.querySelector("summary").focus({ preventScroll: true });
    }

    function compare(one, other) {
      const cues = [[one, other], [other, one]].flatMap(([from, to]) => (
        from.rows.filter((row) => row.link && row.link.hash === `#${to.anchor}`).flatMap((row) => row.text.innerHTML.split("<br>"))
      ));
      // Two cells are the same where they say the same, whatever their sources.
      const told = (cell) => {
        const copy = cell?.cloneNode(true);
        copy?.querySelectorAll("small").forEach((node) => node.remove());
        return copy?.textContent.trim();
      };
      const texts = (card) => new Map(card.rows.filter((row) => !row.link).map((row) => [row.name, row.text]));
      const [mine, yours] = [texts(one), texts(other)];
      const table = make("table", { className: "au-rows" });
      table.innerHTML = "<thead><tr><td></td></tr></thead><tbody></tbody>";
      for (const card of [one, other]) table.tHead.rows[0].append(make("th", { scope: "col" }, card.title));
      const pictures = [one, other].map((card) => card.node.querySelector(".au-still img"));
      if (pictures.some(Boolean)) {
        const row = table.tBodies[0].insertRow();
        row.append(make("th", { scope: "row" }, "Picture"));
        row.append(...pictures.map((picture) => make("td", {}, picture ? picture.cloneNode() : "no picture")));
      }
      for (const name of new Set([...mine.keys(), ...yours.keys()])) {
        const cells = [mine.get(name), yours.get(name)];
        const same = told(cells[0]) === told(cells[1]);
        const row = table.tBodies[0].insertRow();
        row.className = same ? "au-same" : "au-differs";
        row.append(make("th", { scope: "row" }, name, make("small", {}, same ? "= same" : "≠ differs")));
        row.append(...cells.map((cell) => {
          const copy = make("td", {}, cell ? "" : "no entry");
          if (cell) copy.innerHTML = cell.innerHTML;
          return copy;
        }));
      }
      // Roles, because a phone shows the rows as blocks, which alone would end the table.
      const roles = { table: [table], rowgroup: table.querySelectorAll("thead, tbody"), row: table.rows, columnheader: table.querySelectorAll("thead th"), rowheader: table.querySelectorAll("tbody th"), cell: table.querySelectorAll("td") };
      for (const [role, nodes] of Object.entries(roles)) for (const node of nodes) node.setAttribute("role", role);
      const list = make("ul", { className: "au-cues" });
      list.innerHTML = [...new Set(cues)].map((cue) => `<li>${cue}</li>`).join("");
      const box = make("div", { className: "wide-table", tabIndex: 0 }, table);
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", "Facts of both codes");
      const title = `${one.label} or ${other.label}?`;
      panel.setAttribute("aria-label", title);
      panel.replaceChildren(
        make("h2", {}, title),
        make("p", {}, cues.length ? "What decides:" : "The tables hold no deciding sign for this pair. Compare the rows."),
        list, box,
        make("p", {}, share(`#${one.anchor}-vs-${other.anchor}`), " ", make("button", { type: "button", onclick: close }, "Close")),
      );
      panel.hidden = false;
      [left.value, right.value] = [one.anchor, other.anchor];
      panel.scrollIntoView();
      panel.focus({ preventScroll: true });
    }

    function close() {
      panel.hidden = true;
      history.replaceState(null, "", location.pathname + location.search);
      (opener && opener.isConnected ? opener : field).focus();
    }

    // A button that puts a link to this place on the clipboard.
    function share(hash) {
      const button = make("button", { type: "button", textContent: "Copy link" });
      button.onclick = async () => {
        history.replaceState(null, "", hash);
        try {
          await navigator.clipboard.writeText(location.href);
          status.textContent = "Link copied.";
        } catch { status.textContent = "The link stands in the address bar."; }
        button.textContent = status.textContent;
        setTimeout(() => { button.textContent = "Copy link"; }, 4000);
      };
      return button;
    }

    function follow() {
      const [, one, other] = location.hash.match(/^#(au-m?\d+)(?:-vs-(au-m?\d+))?$/) || [];
      const card = byAnchor.get(one) || cards.find((each) => `#${each.node.id}` === location.hash);
      if (!card) return;
      const second = byAnchor.get(other);
      if (second && second !== card) compare(card, second);
      else openCard(card);
    }

    for (const card of cards) {
      card.node.addEventListener("toggle", () => {
        if (!card.node.open || card.node.querySelector(".au-tools")) return;
        card.list.after(make("p", { className: "au-tools" }, share(`#${card.anchor}`)));
        for (const row of card.rows.filter((each) => each.link)) {
          const link = make("a", { className: "au-side", href: `#${card.anchor}-vs-${row.link.hash.slice(1)}` }, "side by side");
          link.setAttribute("aria-label", `${card.label} and ${row.link.textContent} side by side`);
          row.term.append(" ", link);
        }
      });
    }

    const choice = (id) => make("select", { id }, ...cards.map((card) => make("option", { value: card.anchor }, card.title)));
    const [left, right] = [choice("au-left"), choice("au-right")];
    right.selectedIndex = 1;
    const go = make("button", { type: "button" }, "Compare");
    go.onclick = () => {
      opener = go;
      if (left.value === right.value) status.textContent = "Choose two different codes.";
      else if (location.hash === `#${left.value}-vs-${right.value}`) follow();
      else location.hash = `${left.value}-vs-${right.value}`;
    };
    const clear = make("button", { type: "button", hidden: true, onclick: () => { reset(); field.focus(); } }, "Clear");
    field.addEventListener("input", filter);
    const find = make(
      "div", { className: "au-find" },
      make("p", {}, make("label", { htmlFor: "au-query" }, "Search code, name, muscle, nerve, region or look "), field, " ", clear),
      make(
        "details", { open: innerWidth > 720 }, make("summary", {}, "Filters"),
        group("Face", "half"), group("Kind", "kind"), group("Nerve", "nerve"),
      ),
      make("p", {}, make("label", { htmlFor: left.id }, "Side by side "), left, " ", make("label", { htmlFor: right.id }, "and "), right, " ", go),
      status,
    );
    find.setAttribute("role", "search");
    find.setAttribute("aria-label", "Action units");
    first.before(find, panel);
    document.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="#au-"]');
      if (!link) return;
      opener = link;
      if (link.hash === location.hash) { event.preventDefault(); follow(); }
    });
    addEventListener("hashchange", follow);
    filter();
    // The browser goes to a link's target until the page is loaded, and takes the focus along.
    addEventListener("load", () => setTimeout(follow));
  }

  document.addEventListener("DOMContentLoaded", start);
})();
