/* The board works whole without this: it only adds order, filters, the choice of matrix and the address of what is seen. */
(function () {
  "use strict";
  var doc = document;
  var state = {}; // what differs from how the page opens: kept in the fragment, so that a view can be sent

  function make(tag, attributes, text) {
    var node = doc.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) { node.setAttribute(name, attributes[name]); });
    if (text) node.textContent = text;
    return node;
  }
  function each(selector, action, root) { Array.prototype.forEach.call((root || doc).querySelectorAll(selector), action); }
  function plain(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }

  function decoded(text) { try { return decodeURIComponent(text); } catch (error) { return text; } }

  /* ---- the fragment: #place&key=value&key=value ---- */
  function read() {
    var parts = decoded(location.hash.slice(1)).split("&");
    var found = { place: parts.shift() || "", values: {} };
    parts.forEach(function (part) {
      var cut = part.indexOf("=");
      if (cut > 0) found.values[part.slice(0, cut)] = part.slice(cut + 1);
    });
    return found;
  }
  function write() {
    var place = read().place, parts = [encodeURIComponent(place)];
    Object.keys(state).sort().forEach(function (key) {
      if (state[key]) parts.push(encodeURIComponent(key) + "=" + encodeURIComponent(state[key]));
    });
    var hash = parts.length > 1 || place ? "#" + parts.join("&") : "";
    try { history.replaceState(null, "", hash || location.pathname); } catch (error) { /* some browsers refuse on file: */ }
  }
  function keep(key, value) { state[key] = value; write(); }
  function reveal(id) {
    var node = id && doc.getElementById(id);
    if (!node) return;
    for (var up = node; up; up = up.parentElement) {
      if (up.tagName === "DETAILS") up.open = true;
      if (up.classList.contains("par") && up.hidden) choosePair(up.dataset.par);
    }
    node.scrollIntoView();
    var head = node.tagName === "DETAILS" ? node.querySelector("summary") : node;
    if (!/^(A|BUTTON|SUMMARY|INPUT)$/.test(head.tagName)) head.setAttribute("tabindex", "-1");
    head.focus({ preventScroll: true });
  }

  /* ---- tables: order and filter ---- */
  function number(text) {
    var found = text.replace(/\u2212/g, "-").match(/-?\d[\d,]*(\.\d+)?/);
    if (!found || /^(ND|—)/.test(text.trim())) return null;
    return Number(found[0].replace(/,/g, "")) * (/\d\s*M\b/.test(text) ? 1e6 : 1);
  }
  function shown(cell) { // the first line of a cell: its figure or code, without its note
    var copy = cell.cloneNode(true);
    each(".detalle, .oculto, b[aria-hidden]", function (note) { note.remove(); }, copy);
    return copy.textContent.trim();
  }
  function compare(a, b, numeric) {
    if (numeric) {
      var x = number(a), y = number(b);
      if (x === null || y === null) return x === y ? 0 : x === null ? Infinity : -Infinity;
      return x - y;
    }
    return a.localeCompare(b, "es", { numeric: true });
  }
  function table(node) {
    var key = node.dataset.clave, body = node.tBodies[0], rows = Array.prototype.slice.call(body.rows);
    var heads = Array.prototype.slice.call(node.tHead.rows[0].cells), wrap = node.parentElement;
    var order = null, words = "", colour = "";
    var status = make("p", { "class": "cuenta-filas", role: "status" });

    function draw() {
      var kept = rows.slice();
      if (order) {
        var column = order.column, sign = order.down ? -1 : 1, numeric = heads[column].classList.contains("num");
        kept.sort(function (a, b) {
          var found = compare(shown(a.cells[column]), shown(b.cells[column]), numeric);
          return Math.abs(found) === Infinity ? (found > 0 ? 1 : -1) : sign * found || rows.indexOf(a) - rows.indexOf(b);
        });
      }
      var visible = 0;
      kept.forEach(function (row) {
        var fits = (!words || plain(row.textContent).indexOf(plain(words)) >= 0) && (!colour || row.querySelector(".chip." + colour));
        row.hidden = !fits;
        if (fits) visible += 1;
        body.appendChild(row);
      });
      status.textContent = words || colour ? visible + " de " + rows.length + " filas" : "";
      heads.forEach(function (head, n) {
        if (order && order.column === n) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
    }
    heads.forEach(function (head, n) {
      var button = make("button", { type: "button", "class": "orden" }, head.textContent);
      button.appendChild(make("span", { "class": "oculto" }, " (ordenar)"));
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = order && order.column === n ? !order.down : head.classList.contains("num");
        order = { column: n, down: down };
        keep(key + ".orden", n + (down ? "b" : "a"));
        draw();
      });
    });
    var bar = make("div", { "class": "filtros" }), input, select;
    if (rows.length > 7) {
      var name = "filtro-" + key;
      bar.appendChild(make("label", { "for": name }, "Filtrar"));
      input = make("input", { type: "search", id: name, autocomplete: "off", placeholder: "código o palabra" });
      input.addEventListener("input", function () { words = input.value; keep(key + ".texto", words); draw(); });
      bar.appendChild(input);
      var colours = ["rojo", "amarillo", "verde", "gris"].filter(function (c) { return body.querySelector(".chip." + c); });
      if (colours.length > 1) {
        bar.appendChild(make("label", { "for": name + "-color" }, "Color"));
        select = make("select", { id: name + "-color" });
        select.appendChild(make("option", { value: "" }, "todos"));
        colours.forEach(function (c) { select.appendChild(make("option", { value: c }, c === "gris" ? "sin dato" : c)); });
        select.addEventListener("change", function () { colour = select.value; keep(key + ".color", colour); draw(); });
        bar.appendChild(select);
      }
      wrap.parentElement.insertBefore(bar, wrap);
      wrap.parentElement.insertBefore(status, wrap);
    }
    return function apply(values) {
      var asked = /^(\d+)([ab])$/.exec(values[key + ".orden"] || "");
      order = asked && Number(asked[1]) < heads.length ? { column: Number(asked[1]), down: asked[2] === "b" } : null;
      words = values[key + ".texto"] || "";
      colour = values[key + ".color"] || "";
      if (input) input.value = words; else words = "";
      if (select) select.value = colour; else colour = "";
      draw();
    };
  }

  /* ---- grids: a cell shows its actions ---- */
  function grid(node) {
    var key = node.dataset.rejilla;
    var panel = make("div", { "class": "panel", role: "region", "aria-live": "polite", "aria-label": "Acciones de la celda elegida" });
    node.parentElement.parentElement.insertBefore(panel, node.parentElement.nextSibling);
    function open(cell) {
      each(".elegida", function (other) { other.classList.remove("elegida"); }, node);
      each("button[aria-expanded]", function (button) { button.setAttribute("aria-expanded", "false"); }, node);
      panel.textContent = "";
      if (!cell) return;
      cell.classList.add("elegida");
      cell.querySelector("button").setAttribute("aria-expanded", "true");
      panel.appendChild(make("p", { "class": "titulo" }, cell.querySelector(".cuenta").textContent + " en esta celda: abra su ficha"));
      var list = make("ul", { "class": "lista" });
      each("ul a", function (link) {
        var item = make("li"), copy = make("a", { href: link.getAttribute("href") }, link.textContent);
        item.appendChild(copy);
        item.appendChild(doc.createTextNode(" " + link.title));
        list.appendChild(item);
      }, cell);
      panel.appendChild(list);
    }
    each("td[data-celda]", function (cell) {
      var count = cell.querySelector(".cuenta");
      if (!count) return;
      var button = make("button", { type: "button", "class": "cuenta", "aria-expanded": "false" }, count.textContent);
      cell.replaceChild(button, count);
      button.addEventListener("click", function () {
        var same = cell.classList.contains("elegida");
        open(same ? null : cell);
        keep(key + ".celda", same ? "" : cell.dataset.celda);
      });
    }, node);
    return function apply(values) {
      var asked = values[key + ".celda"];
      open(asked ? node.querySelector('td[data-celda="' + CSS.escape(asked) + '"]:has(button)') : null);
    };
  }

  /* ---- the pair of years ---- */
  var pairs = Array.prototype.slice.call(doc.querySelectorAll(".par")), picker = null;
  function choosePair(id) {
    var known = pairs.some(function (pair) { return pair.dataset.par === id; });
    var chosen = known ? id : pairs[0].dataset.par;
    pairs.forEach(function (pair) { pair.hidden = pair.dataset.par !== chosen; });
    picker.value = chosen;
    state.par = chosen === pairs[0].dataset.par ? "" : chosen;
  }
  function pairPicker() {
    var place = doc.getElementById("elige-par");
    if (!place || pairs.length < 2) return;
    place.className = "filtros";
    place.appendChild(make("label", { "for": "par" }, "Años que se cruzan"));
    picker = make("select", { id: "par" });
    pairs.forEach(function (pair) { picker.appendChild(make("option", { value: pair.dataset.par }, pair.dataset.titulo)); });
    picker.addEventListener("change", function () { choosePair(picker.value); write(); });
    place.appendChild(picker);
  }

  /* ---- the cards ---- */
  function cardFinder() {
    var place = doc.getElementById("busca-ficha"), cards = Array.prototype.slice.call(doc.querySelectorAll("details.ficha"));
    if (!place || !cards.length) return function () {};
    place.className = "filtros";
    place.appendChild(make("label", { "for": "ficha" }, "Buscar ficha"));
    var input = make("input", { type: "search", id: "ficha", autocomplete: "off", placeholder: "código o palabra" });
    var status = make("p", { "class": "cuenta-filas", role: "status" });
    var close = make("button", { type: "button", "class": "boton" }, "Cerrar todas");
    function draw() {
      var visible = 0;
      cards.forEach(function (card) {
        card.hidden = !!input.value && plain(card.querySelector("summary").textContent).indexOf(plain(input.value)) < 0;
        if (!card.hidden) visible += 1;
      });
      status.textContent = input.value ? visible + " de " + cards.length + " fichas" : "";
    }
    input.addEventListener("input", function () { keep("fichas.texto", input.value); draw(); });
    close.addEventListener("click", function () { cards.forEach(function (card) { card.open = false; }); });
    [input, close].forEach(function (node) { place.appendChild(node); });
    place.parentElement.insertBefore(status, place.nextSibling);
    return function apply(values, target) {
      input.value = values["fichas.texto"] || "";
      if (target && target.classList.contains("ficha")) input.value = "";
      draw();
    };
  }

  /* ---- start ---- */
  pairPicker();
  var appliers = [];
  each("table[data-clave]", function (node) { appliers.push(table(node)); });
  each("table[data-rejilla]", function (node) { appliers.push(grid(node)); });
  var cards = cardFinder();
  function apply() {
    var asked = read();
    state = asked.values;
    if (picker) choosePair(state.par);
    appliers.forEach(function (action) { action(asked.values); });
    cards(asked.values, doc.getElementById(asked.place));
    reveal(asked.place);
  }
  doc.addEventListener("click", function (event) { // a link inside the page moves its place and keeps the rest of the view
    var link = event.target.closest && event.target.closest('a[href^="#"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var id = decoded(link.getAttribute("href").slice(1));
    if (!doc.getElementById(id)) return;
    event.preventDefault();
    var parts = [encodeURIComponent(id)];
    Object.keys(state).sort().forEach(function (key) {
      if (state[key]) parts.push(encodeURIComponent(key) + "=" + encodeURIComponent(state[key]));
    });
    if (location.hash === "#" + parts.join("&")) reveal(id);
    else location.hash = parts.join("&");
  });
  window.addEventListener("hashchange", apply);
  doc.documentElement.classList.add("con-guion");
  apply();
})();
