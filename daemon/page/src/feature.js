// One variable: how it is distributed, where it differs, how its score came about.
import { binText, largest, sharesOf } from "./bins.js";
import { cumulativeCurves, distribution, legend, scoresOverTime } from "./charts.js";
import { h, nameOf } from "./dom.js";
import * as format from "./format.js";
import { verdictBadge } from "./table.js";

const kShownBins = 10;

const statistics = {
    psi: "Population stability index: Σ (p − q)·ln(p/q), each share at least 0.0001",
    kl: "Symmetric Kullback-Leibler divergence, every count raised by one",
    js: "Jensen-Shannon distance, from 0 to 1",
    ks: "Kolmogorov-Smirnov: the largest distance of the cumulative shares, from 0 to 1",
    wasserstein: "Area between the cumulative shares, in standard deviations of the baseline",
    chi_squared: "Pearson's statistic of the two rows of counts",
    linf: "The largest difference of a share, from 0 to 1",
};

function sentence(each) {
    const score = `${each.statistic} ${format.score(each.score)}`;
    const chance = `p = ${format.short(each.p_value)} that sampling alone gives such a difference`;
    if (each.verdict === "insufficient_data")
        return `${format.count(each.observations)} observations are too few for a verdict.`;
    const times = each.severity === null ? "" : `, ${format.short(each.severity)} times its threshold of ${format.short(each.threshold)}`;
    return `${score}${times}; ${chance}.`;
}

function contributions(each) {
    const shares = sharesOf(each);
    const order = largest(each.contributions, kShownBins).filter((i) => each.contributions[i] > 0);
    const total = each.contributions.reduce((sum, term) => sum + term, 0);
    if (order.length === 0) return h("p", { class: "readout" }, "No bin differs.");
    const side = (counts, share) => [h("td", { class: "number counts" }, format.count(counts)),
        h("td", { class: "number" }, format.percent(share))];
    const bar = (ratio) => {
        const made = h("span", { class: "meter", "aria-hidden": "true" });
        made.style.width = `${Math.max(1, ratio * 100)}%`;
        return made;
    };
    const isSum = !["ks", "linf"].includes(each.statistic);
    return h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Table of bins" },
        h("table", { class: "plain" },
            h("thead", {}, h("tr", {}, h("th", { scope: "col" }, each.kind === "continuous" ? "Bucket" : "Category"),
                h("th", { scope: "col", class: "number counts" }, "Baseline"),
                h("th", { scope: "col", class: "number" }, "of baseline"),
                h("th", { scope: "col", class: "number counts" }, "Live"),
                h("th", { scope: "col", class: "number" }, "of live"),
                h("th", { scope: "col", class: "number" }, isSum ? "Contribution" : "Difference"))),
            h("tbody", {}, order.map((i) => h("tr", {}, h("th", { scope: "row" }, nameOf(binText(each, i))),
                side(each.baseline[i], shares.baseline[i]), side(each.live[i], shares.live[i]),
                h("td", { class: "number contribution" }, format.score(each.contributions[i]), " ",
                    isSum ? h("small", {}, format.percent(each.contributions[i] / total)) : null,
                    bar(each.contributions[i] / each.contributions[order[0]])))))));
}

function facts(each) {
    const sum = (counts) => format.count(counts.reduce((all, one) => all + one, 0));
    const rows = [
        ["Observations", format.count(each.observations), "live values within the window"],
        ["Baseline", sum(each.baseline), `values that training saw, in ${each.bins.length} bins`],
        ["Missing", format.percent(each.missing_ratio), "null, NaN, or text that is no number"],
        ["Unseen", format.percent(each.unseen_ratio), "ranges or categories that training never had"],
        ["Threshold", format.short(each.threshold), `what ${each.statistic} must reach to count as drift`],
        ["p-value", format.short(each.p_value), "how likely such a difference is by sampling alone"],
        ...Object.entries(each.scores).map(([name, value]) => [name, format.score(value),
            statistics[name] + (each.p_values[name] === undefined ? "" : `; p = ${format.short(each.p_values[name])}`)]),
        ["Metric", each.metric_name, "its family on /metrics"],
    ];
    return h("dl", {}, rows.map(([name, value, meaning]) => h("div", { class: name === each.statistic ? "chosen" : null },
        h("dt", {}, name), h("dd", {}, h("b", {}, value), " ", h("span", {}, meaning)))));
}

export class FeatureView {
    #charts = new Map();
    #drawn = new Map();  // By panel, the variable and the window that its chart shows.
    #stamp = "";
    #version = 0;

    constructor(place, source) {
        this.place = place;
        this.source = source;
        this.heading = h("h2", { tabindex: -1 });
        this.badge = h("span");
        this.sentence = h("p", { class: "sentence" });
        this.back = h("a", { class: "back" }, "← All variables");
        this.before = h("a", {}, "‹ Previous");
        this.next = h("a", {}, "Next ›");
        this.panels = Object.fromEntries(["distribution", "cumulative", "history", "bins", "facts"]
            .map((name) => [name, h("div", { class: "content" })]));
        const panel = (name, title, ...more) =>
            h("section", { class: `panel ${name}`, "aria-label": title }, h("h3", {}, title), more, this.panels[name]);
        place.append(
            h("nav", { "aria-label": "Variables" }, this.back, h("span", {}, this.before, this.next)),
            h("header", {}, this.heading, this.badge), this.sentence,
            h("div", { class: "panels" },
                panel("distribution", "Distribution", legend()),
                panel("cumulative", "Cumulative shares", legend()),
                panel("history", "Score over time"),
                panel("bins", "Bins that contribute most"),
                panel("facts", "Counts and definitions")));
    }

    // `links` lead to all variables, and to the ones before and behind this one.
    show(each, window, stamp, links) {
        const isOther = this.shown !== each.metric_name;
        if (!isOther && stamp === this.#stamp) return;
        this.#stamp = stamp;
        this.shown = each.metric_name;
        this.place.hidden = false;
        this.#lead(links);
        this.heading.replaceChildren(nameOf(each.feature_name));
        this.badge.replaceChildren(verdictBadge(each.verdict));
        this.sentence.textContent = `${each.kind}, window ${window}: ${sentence(each)}`;
        this.panels.bins.replaceChildren(contributions(each));
        this.panels.facts.replaceChildren(facts(each));
        if (isOther || !this.#isRead("distribution"))
            this.panels.distribution.replaceChildren(distribution(each, this.#width("distribution")));
        this.#curves(each, window);
        if (isOther) {
            scrollTo(0, 0);
            this.heading.focus({ preventScroll: true });
        }
    }

    hide() {
        this.place.hidden = true;
        this.shown = null;
        ++this.#version;
    }

    #lead({ all, before, next }) {
        this.back.href = all;
        for (const [link, to] of [[this.before, before], [this.next, next]]) {
            link.hidden = !to;
            if (to) link.href = to;
        }
    }

    // Somebody points at it, and reads what it says there.
    #isRead(name) {
        return this.panels[name].matches(":hover");
    }

    #width(name) {
        return Math.max(240, Math.floor(this.panels[name].clientWidth || 560));
    }

    #clear(name) {
        this.#charts.get(name)?.destroy();
        this.#charts.delete(name);
        this.#drawn.delete(name);
        this.panels[name].replaceChildren();
    }

    async #curves(each, window) {
        const version = ++this.#version;
        const shown = `${each.metric_name} ${window}`;
        const isOf = (name) => this.#drawn.get(name) === shown;
        const put = (name, draw) => {
            if (isOf(name) && this.#isRead(name)) return;
            this.#drawn.set(name, shown);
            this.#charts.get(name)?.destroy();
            const chart = draw();
            this.#charts.set(name, chart);
            this.panels[name].replaceChildren(chart.element);
        };
        const hasCurves = each.kind === "continuous" && each.bins.length > 2;
        this.panels.cumulative.parentElement.hidden = !hasCurves;
        if (hasCurves) put("cumulative", () => cumulativeCurves(each, this.#width("cumulative")));
        // Nobody shall take the last one's scores for these while they are asked for.
        if (!isOf("history")) this.#clear("history");
        const history = await this.source.history(each).catch(() => undefined);
        if (version !== this.#version) return;
        this.panels.history.parentElement.hidden = history === null;
        const of = history?.windows[window];
        if (of && history.times.length > 0)
            put("history", () =>
                scoresOverTime({ times: history.times, ...of }, each, this.#width("history")));
        this.place.dataset.drawn = shown;
    }
}
