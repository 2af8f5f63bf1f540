// Where the page has its data from: the daemon that served it, or the report within it.
import { byId } from "./dom.js";

const kPatience = 20000;

async function ask(path) {
    const answer = await fetch(path, { signal: AbortSignal.timeout(kPatience), cache: "no-store" });
    if (answer.ok) return answer.json();
    const { error } = await answer.json().catch(() => ({ error: answer.statusText }));
    throw Object.assign(new Error(error), { status: answer.status });
}

class Daemon {
    isLive = true;
    #before = null;

    // {drift, status, rate}. Throws with `status` when the daemon refuses, without when it is gone.
    async read(window) {
        const status = await ask("v1/status");
        const drift = await ask(`v1/drift/distributions?window=${encodeURIComponent(window)}`);
        return { drift, status, rate: this.#rate(status) };
    }

    history(variable) {
        return ask(`v1/drift/history?metric_name=${encodeURIComponent(variable.metric_name)}`);
    }

    // Predictions per second since the last question, or since the start.
    #rate(status) {
        let before = this.#before;
        if (!before || before.uptime_seconds >= status.uptime_seconds)
            before = { uptime_seconds: 0, events_accepted: 0 };
        this.#before = status;
        return (status.events_accepted - before.events_accepted) /
            (status.uptime_seconds - before.uptime_seconds);
    }
}

class Report {
    isLive = false;

    constructor(report) {
        this.report = report;
    }

    async read() {
        return this.report;
    }

    async history() {
        return null;
    }
}

export function source() {
    const report = byId("report").textContent.trim();
    return report ? new Report(JSON.parse(report)) : new Daemon();
}
