// The state of the model in one glance.
import { h } from "./dom.js";
import * as format from "./format.js";

const card = (title, kind, value, ...notes) => h("div", { class: `card ${kind}` },
    h("h2", {}, title), h("p", { class: "value" }, value),
    notes.filter(Boolean).map((note) => h("p", { class: "note" }, note)));

function verdictCard({ variables, window, windows }) {
    const of = (verdict) => variables.filter((each) => each.verdict === verdict).length;
    const drifted = of("drifted"), waiting = of("insufficient_data");
    const judged = variables.length - waiting;
    const { share, seconds } = windows.find((each) => each.window === window);
    const covered = seconds > 0 ? `window ${window}, covers ${format.duration(seconds)}` : `window ${window}`;
    if (judged === 0) return card("Verdict", "unknown", "no verdict yet", "too little data", covered);
    return card("Verdict", drifted > 0 ? "bad" : "good",
        drifted > 0 ? `${drifted} of ${judged} drifted` : "no drift",
        `${format.percent(share)} of variables with a verdict` +
            (waiting > 0 ? `; ${waiting} with too little data` : ""), covered);
}

function rateCard({ status, rate }) {
    return card("Predictions", "", `${format.rate(rate)} per second`,
        `${format.count(status.events_accepted)} since the start, ` +
        `${format.duration(status.uptime_seconds)} ago`);
}

function logCard({ log, queue, draining }) {
    if (!log) return card("Prediction log", "unknown", "off");
    const queued = `${format.count(log.events_written)} written, ${format.count(queue.events)} queued`;
    if (log.trouble) return card("Prediction log", "bad", "in trouble", log.trouble, queued);
    if (log.events_lost > 0)
        return card("Prediction log", "bad", `${format.count(log.events_lost)} lost`, queued);
    return card("Prediction log", "good", draining ? "draining" : "healthy", queued);
}

function baselineCard(baseline, variables) {
    const { path, modified_at, loaded_at } = typeof baseline === "string" ? { path: baseline } : baseline;
    const name = h("span", { title: path }, h("bdi", {}, path.split("/").pop()));
    return card("Baseline", "", name, `${variables} variables`,
        modified_at && `written ${format.ago(modified_at)}` +
            (loaded_at ? `, loaded ${format.ago(loaded_at)}` : ""));
}

export const overview = (data) => h("div", { class: "cards" },
    verdictCard(data.drift),
    data.status ? [rateCard(data), logCard(data.status)] : [],
    baselineCard(data.status ? data.status.baseline : data.baseline, data.drift.variables.length));

// Which window to look at; each says its share.
export function windowChoice(drift, chosen, choose) {
    if (drift.windows.length < 2) return null;
    return h("fieldset", { class: "windows" }, h("legend", {}, "Window"),
        drift.windows.map(({ window, share }) => h("label", {},
            h("input", { type: "radio", name: "window", value: window, checked: window === chosen,
                onchange: () => choose(window) }),
            h("span", {}, window, h("small", {}, share === null ? "no verdict" : format.percent(share))))));
}
