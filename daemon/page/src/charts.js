// The charts of the page. Each is a picture with a sentence for who cannot see it; what it shows
// stands in the tables beside it too.
import uPlot from "uplot";
import { binText, cumulative, histogram, largest, sharesOf, shortBound, sketch } from "./bins.js";
import { h, nameOf, svg } from "./dom.js";
import * as format from "./format.js";

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const outline = (bars, side, x, y) => {
    let path = "";
    for (const bar of bars)
        path += `M${x(bar.from)} ${y(0)}V${y(bar[side])}H${x(bar.to)}V${y(0)}`;
    return path;
};

// Two paths, drawn in the row of each variable.
export function smallChart(variable) {
    const width = 132, height = 30;
    const bars = sketch(variable, 33);
    const first = Math.min(...bars.map((bar) => bar.from));
    const last = Math.max(...bars.map((bar) => bar.to));
    const high = Math.max(...bars.flatMap((bar) => [bar.baseline, bar.live]), 1e-9);
    const x = (value) => (((value - first) / (last - first)) * width).toFixed(1);
    const y = (value) => (height - 1 - (value / high) * (height - 3)).toFixed(1);
    return svg("svg", { class: "small", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true",
        preserveAspectRatio: "none" },
    svg("path", { class: "baseline", d: outline(bars, "baseline", x, y) }),
    svg("path", { class: "live", d: outline(bars, "live", x, y) }));
}

export const legend = () => h("p", { class: "legend" },
    h("span", { class: "key baseline" }), "baseline ", h("span", { class: "key live" }), "live");

// About `most` round numbers from `low` to `high`.
function ticks(low, high, most) {
    const raw = (high - low) / most || 1;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw);
    const marks = [];
    for (let n = Math.ceil(low / step); n * step <= high + step * 1e-9; ++n) marks.push(n * step);
    return marks;
}

export function distribution(variable, width) {
    return variable.kind === "continuous" ? buckets(variable, width) : categories(variable);
}

function buckets(variable, width) {
    const height = 260, left = 46, bottom = 24, top = 8;
    const { bars, first, last, typical, even } = histogram(variable);
    const begin = bars[0].from, end = bars.at(-1).to;
    const high = Math.max(...bars.flatMap((bar) => [bar.baseline, bar.live]), 1e-9);
    const x = (value) => +(left + ((value - begin) / (end - begin)) * (width - left - 4)).toFixed(2);
    const y = (value) => +(height - bottom - (value / high) * (height - bottom - top)).toFixed(2);
    const readout = h("p", { class: "readout" }, even
        ? "Share of each bucket."
        : `Areas are shares: heights are per ${format.short(typical)}, the usual width of a bucket.`);
    const said = readout.textContent;
    const shares = sharesOf(variable);
    const show = (event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const at = begin + (((event.clientX - box.left) / box.width) * width - left) *
            (end - begin) / (width - left - 4);
        const bar = bars.find((each) => at >= each.from && at < each.to);
        readout.textContent = bar ? `${binText(variable, bar.i)}: baseline ` +
            `${format.percent(shares.baseline[bar.i])}, live ${format.percent(shares.live[bar.i])}` : said;
    };
    const picture = svg("svg", { class: "large", viewBox: `0 0 ${width} ${height}`, role: "img",
        "aria-label": `Baseline and live distribution over ${bars.length} buckets`,
        onpointermove: show, onpointerleave: () => { readout.textContent = said; } },
    ticks(0, high, 4).map((mark) => svg("g", { class: "axis" },
        svg("line", { x1: left, x2: width, y1: y(mark), y2: y(mark) }),
        svg("text", { x: left - 6, y: y(mark) + 4, "text-anchor": "end" },
            `${format.short(mark * 100)}%`))),
    ticks(first, last, Math.max(2, width / 130)).map((mark) => svg("g", { class: "axis" },
        svg("text", { x: x(mark), y: height - 6, "text-anchor": "middle" }, format.short(mark)))),
    svg("path", { class: "baseline", d: outline(bars, "baseline", x, y) }),
    svg("path", { class: "live", d: outline(bars, "live", x, y) }));
    return h("div", {}, picture, readout);
}

const kShownCategories = 12;

function categories(variable) {
    const { baseline, live } = sharesOf(variable);
    const order = largest(baseline.map((share, i) => Math.max(share, live[i])), kShownCategories);
    const high = Math.max(...order.flatMap((i) => [baseline[i], live[i]]), 1e-9);
    const bar = (side, share) => svg("svg", { class: "bar", viewBox: "0 0 100 10",
        preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: side, width: (share / high) * 100, height: 10 }));
    const rest = variable.bins.length - order.length;
    return h("div", {},
        h("table", { class: "categories" },
            h("caption", { class: "hidden" }, "Shares of the most frequent categories"),
            h("thead", { class: "hidden" }, h("tr", {}, h("th", { scope: "col" }, "category"),
                h("th", { scope: "col" }, "chart"), h("th", { scope: "col" }, "baseline and live"))),
            h("tbody", {}, order.map((i) => h("tr", {},
                h("th", { scope: "row", title: variable.bins[i] }, nameOf(variable.bins[i])),
                h("td", { class: "bars" }, bar("baseline", baseline[i]), bar("live", live[i])),
                h("td", { class: "number" }, h("div", {}, format.percent(baseline[i])),
                    h("div", {}, format.percent(live[i]))))))),
        h("p", { class: "readout" },
            rest > 0 ? `The most frequent of ${variable.bins.length} categories.` : ""));
}

// ---- Curves ----

function timeText(seconds, span) {
    const text = format.clock(seconds * 1000);
    return span > 7200 ? text.slice(0, 5) : text;
}

function axes(percentage) {
    const axis = { stroke: color("--muted"), font: "12px system-ui, sans-serif",
        grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line"), width: 1 } };
    return [{ ...axis }, { ...axis, size: 52,
        values: (_, marks) => marks.map((mark) => (percentage ? `${format.short(mark * 100)}%`
            : format.short(mark))) }];
}

function plot(options, data, label, describe, said) {
    const readout = h("p", { class: "readout" }, said);
    const place = h("div", { role: "img", "aria-label": label });
    const made = new uPlot({
        height: 240, legend: { show: false }, cursor: { drag: { x: false, y: false } },
        padding: [12, 12, 0, 0], ...options,
        hooks: { ...options.hooks, setCursor: [(chart) => {
            const i = chart.cursor.idx;
            readout.textContent = i === null || i === undefined ? said : describe(i);
        }] },
    }, data, place);
    return { element: h("div", {}, place, readout), destroy: () => made.destroy() };
}

export function cumulativeCurves(variable, width) {
    const curves = cumulative(variable);
    const { at } = curves;
    const mark = (chart) => {
        const { ctx } = chart;
        const x = chart.valToPos(curves.bounds[at], "x", true);
        const [from, to] = [curves.baseline[at], curves.live[at]]
            .map((share) => chart.valToPos(share, "y", true));
        ctx.save();
        ctx.strokeStyle = ctx.fillStyle = color("--bad");
        ctx.lineWidth = 2 * devicePixelRatio;
        ctx.beginPath();
        ctx.moveTo(x, from);
        ctx.lineTo(x, to);
        ctx.stroke();
        for (const y of [from, to]) {
            ctx.beginPath();
            ctx.arc(x, y, 3.5 * devicePixelRatio, 0, 2 * Math.PI);
            ctx.fill();
        }
        ctx.restore();
    };
    const said = `K-S ${curves.distance.toFixed(4)}: furthest apart at ` +
        `${shortBound(curves.bounds[at])}, where ${format.percent(curves.baseline[at])} of the ` +
        `baseline and ${format.percent(curves.live[at])} of live values lie at or below.`;
    return plot({
        width, axes: axes(true), scales: { x: { time: false }, y: { range: [0, 1] } },
        series: [{}, { stroke: color("--baseline"), width: 2 }, { stroke: color("--live"), width: 2 }],
        hooks: { draw: [mark] },
    }, [curves.bounds, curves.baseline, curves.live], `Cumulative shares. ${said}`,
    (i) => `At or below ${shortBound(curves.bounds[i])}: baseline ` +
        `${format.percent(curves.baseline[i])}, live ${format.percent(curves.live[i])}.`, said);
}

export function scoresOverTime(history, variable, width) {
    const { scores, drifted } = history;
    const threshold = history.times.map(() => variable.threshold);
    const latest = scores.at(-1);
    const said = `${scores.length} evaluations since ${format.clock(history.times[0] * 1000)}; ` +
        `the dashed line is the threshold, ${format.short(variable.threshold)}.`;
    return plot({
        width, axes: [{ ...axes(false)[0], space: 90,
            values: (_, marks) => marks.map((mark) => timeText(mark, marks.at(-1) - marks[0])) },
        axes(false)[1]],
        scales: { x: { time: true }, y: { range: (_, low, high) => [0, Math.max(high, variable.threshold) * 1.1 || 1] } },
        series: [{}, { stroke: color("--live"), width: 2, points: { show: scores.length < 60, size: 5 } },
            { stroke: color("--bad"), width: 1, dash: [6, 4], points: { show: false } }],
    }, [history.times, scores, threshold],
    `Score over time, last ${format.score(latest)}. ${said}`,
    (i) => `${format.clock(history.times[i] * 1000)}: ${format.score(scores[i])}` +
        `${drifted[i] ? ", drifted" : drifted[i] === false ? ", stable" : ", too little data"}.`, said);
}
