// All variables, one in a row. However many there are, only rows near the screen are in the page.
import { smallChart } from "./charts.js";
import { byId, h, nameOf } from "./dom.js";
import * as format from "./format.js";

const kNames = { continuous: 0, discrete: 1 };
const kOrder = { drifted: 2, stable: 1, insufficient_data: 0 };
const low = (value) => value ?? -1;

export const severity = (each) =>
    each.severity ?? (each.verdict === "drifted" ? Infinity : each.verdict === "stable" ? 0 : -1);

const columns = [
    { id: "name", title: "Variable", key: (each) => each.feature_name.toLowerCase(), text: true },
    { id: "kind", title: "Kind", key: (each) => kNames[each.kind], text: true },
    { id: "verdict", title: "Verdict", key: (each) => kOrder[each.verdict], text: true },
    { id: "severity", title: "Severity", key: severity },
    { id: "score", title: "Score", key: (each) => low(each.score) },
    { id: "p", title: "p-value", key: (each) => each.p_value ?? 2 },
    { id: "missing", title: "Missing", key: (each) => low(each.missing_ratio) },
    { id: "unseen", title: "Unseen", key: (each) => low(each.unseen_ratio) },
    { id: "observations", title: "Observations", key: (each) => each.observations },
    { id: "chart", title: "Distribution", text: true },
];

export const verdictBadge = (verdict) =>
    h("span", { class: `badge ${verdict}` }, format.verdicts[verdict]);

export class VariableTable {
    #all = [];
    #shown = [];
    #sort = { id: "severity", falling: true };
    #drawn = "";
    #stamp = "";
    #isPressed = false;

    constructor(place, linkTo) {
        this.linkTo = linkTo;
        this.search = h("input", { type: "search", placeholder: "Filter by name",
            "aria-label": "Filter variables by name", oninput: () => this.#select() });
        this.verdict = h("select", { "aria-label": "Filter by verdict", onchange: () => this.#select() },
            h("option", { value: "" }, "all verdicts"),
            Object.entries(format.verdicts).map(([value, text]) => h("option", { value }, text)));
        this.found = h("p", { class: "found", role: "status" });
        this.head = h("tr", { role: "row", "aria-rowindex": 1 });
        this.body = h("tbody", { role: "rowgroup" });
        this.table = h("table", { role: "table", class: "variables", "aria-label": "Variables" },
            h("thead", { role: "rowgroup" }, this.head), this.body);
        this.#drawHead();
        place.append(h("div", { class: "tools" }, this.search, this.verdict, this.found), this.table);
        const draw = () => this.#drawRows();
        addEventListener("scroll", draw, { passive: true });
        addEventListener("resize", draw);
        this.body.addEventListener("pointerdown", ({ button }) => { this.#isPressed = button === 0; });
        const release = () => {
            this.#isPressed = false;
            setTimeout(draw);  // Behind the click.
        };
        for (const end of ["pointerup", "pointercancel", "contextmenu", "dragstart", "blur"])
            addEventListener(end, release);
    }

    // What is shown already stays as it is: somebody may be selecting text in it. And no row goes
    // from under a button that is down: its click would be of nothing.
    show(variables, stamp) {
        if (stamp === this.#stamp || this.#isPressed) return this.#drawRows();
        this.#stamp = stamp;
        this.#all = variables;
        this.#select();
    }

    // The variables that are shown, in their order.
    get order() {
        return this.#shown;
    }

    #select() {
        const wanted = this.search.value.toLowerCase();
        const column = columns.find((each) => each.id === this.#sort.id);
        const sign = this.#sort.falling ? -1 : 1;
        this.#shown = this.#all.filter((each) => each.feature_name.toLowerCase().includes(wanted) &&
            (this.verdict.value === "" || each.verdict === this.verdict.value));
        const keys = new Map(this.#shown.map((each) => [each, column.key(each)]));
        this.#shown.sort((a, b) => {
            const [first, second] = [keys.get(a), keys.get(b)];
            return first === second ? 0 : first < second ? -sign : sign;
        });
        const text = this.#shown.length === this.#all.length ? `${this.#all.length} variables`
            : `${this.#shown.length} of ${this.#all.length} variables`;
        if (this.found.textContent !== text) this.found.textContent = text;
        this.table.setAttribute("aria-rowcount", this.#shown.length + 1);
        this.#drawn = "";
        this.#drawRows();
    }

    #drawHead() {
        const { id, falling } = this.#sort;
        this.head.replaceChildren(...columns.map((column) => h("th", {
            scope: "col", role: "columnheader", class: `${column.id} ${column.text ? "" : "number"}`,
            "aria-sort": column.id === id ? (falling ? "descending" : "ascending") : null,
        }, column.key ? this.#sortButton(column) : column.title)));
    }

    #sortButton(column) {
        const { id, falling } = this.#sort;
        const arrow = column.id === id
            ? h("span", { class: "arrow", "aria-hidden": "true" }, falling ? "▾" : "▴") : null;
        const content = column.text ? [column.title, arrow] : [arrow, column.title];
        return h("button", { type: "button", onclick: () => this.#sortBy(column) }, content);
    }

    #sortBy({ id, text }) {
        const again = this.#sort.id === id;
        this.#sort = { id, falling: again ? !this.#sort.falling : !text };
        this.#drawHead();
        this.head.querySelector(`.${id} button`).focus();
        this.#select();
    }

    #drawRows() {
        if (this.table.offsetParent === null || this.#isPressed) return;
        const high = parseFloat(getComputedStyle(this.table).getPropertyValue("--row"));
        const top = this.body.getBoundingClientRect().top;
        const spare = 10;
        const from = Math.max(0, Math.floor(-top / high) - spare);
        const to = Math.min(this.#shown.length, Math.ceil((innerHeight - top) / high) + spare);
        const drawn = `${from} ${to} ${high}`;
        if (drawn === this.#drawn) return;
        this.#drawn = drawn;
        const focused = this.body.contains(document.activeElement) && document.activeElement.hash;
        const gap = (rows) => {
            const cell = h("td", { role: "presentation" });
            cell.style.height = `${rows * high}px`;
            return h("tr", { class: "gap", role: "presentation" }, cell);
        };
        this.body.replaceChildren(gap(from),
            ...this.#shown.slice(from, to).map((each, i) => this.#row(each, from + i)),
            gap(Math.max(0, this.#shown.length - to)));
        if (focused) [...this.body.querySelectorAll("a")].find((a) => a.hash === focused)?.focus({ preventScroll: true });
    }

    #row(each, index) {
        const cell = (id, ...content) => h("td", { role: "cell", class: id }, ...content);
        const number = (id, text) => h("td", { role: "cell", class: `${id} number` }, text);
        const link = h("a", { href: this.linkTo(each), title: each.feature_name }, nameOf(each.feature_name));
        return h("tr", { role: "row", "aria-rowindex": index + 2, class: each.verdict,
            onclick: (event) => { if (!event.target.closest("a") && !getSelection().toString()) link.click(); } },
        h("th", { role: "rowheader", scope: "row", class: "name" }, link),
        cell("kind", each.kind), cell("verdict", verdictBadge(each.verdict)),
        number("severity", each.severity === null ? format.none : `${format.short(each.severity)}×`),
        h("td", { role: "cell", class: "score number", title: each.statistic },
            format.score(each.score), h("small", {}, each.statistic)),
        number("p", format.short(each.p_value)), number("missing", format.percent(each.missing_ratio)),
        number("unseen", format.percent(each.unseen_ratio)),
        number("observations", format.count(each.observations)),
        cell("chart", smallChart(each)));
    }
}
