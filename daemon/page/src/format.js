// Numbers and times as people read them; the same ones that `boxkited drift` prints.

export const none = "–";

export function score(value) {
    if (value === null || value === undefined) return none;
    if (value === 0) return "0";
    return value >= 0.0001 && value < 10000 ? value.toFixed(4) : short(value);
}

export function short(value) {
    if (value === null || value === undefined) return none;
    if (value !== 0 && Math.abs(value) < 0.0001) return value.toExponential(2);
    return String(Number(value.toPrecision(3)));
}

export function percent(ratio) {
    if (ratio === null || ratio === undefined) return none;
    if (ratio === 0) return "0%";
    if (ratio < 0.0005) return "<0.1%";
    return `${(ratio * 100).toFixed(1)}%`;
}

export const count = (value) => value.toLocaleString("en", { maximumFractionDigits: 1 });

// Of something a second.
export function rate(value) {
    if (value > 0 && value < 0.05) return "<0.1";
    return value === 0 ? "0" : value.toFixed(value < 10 ? 1 : 0);
}

export function duration(seconds) {
    const units = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
    const [size, name] = units.find(([unit]) => seconds >= unit) ?? units[3];
    const number = Math.max(0, Math.floor(seconds / size));
    return `${number} ${name}${number === 1 ? "" : "s"}`;
}

export const ago = (time) => `${duration((Date.now() - Date.parse(time)) / 1000)} ago`;

export const clock = (time) => new Date(time).toLocaleTimeString("en-GB");

export const verdicts = {
    drifted: "drifted", stable: "stable", insufficient_data: "too little data",
};
