// What the bins of a variable say, made ready to be drawn.

const total = (counts) => counts.reduce((sum, each) => sum + each, 0);

function shares(counts) {
    const sum = total(counts);
    return counts.map((each) => (sum > 0 ? each / sum : 0));
}

export function sharesOf(variable) {
    return { baseline: shares(variable.baseline), live: shares(variable.live) };
}

// Of a continuous variable: the finite bounds. The last bin is beyond all of them.
export const boundsOf = (variable) => variable.bins.slice(0, -1).map(Number);

// What a bin holds, in words.
export function binText(variable, i) {
    const { bins } = variable;
    if (variable.kind !== "continuous") return bins[i];
    if (bins.length === 1) return "all values";
    if (i === 0) return `≤ ${shortBound(bins[0])}`;
    if (i === bins.length - 1) return `> ${shortBound(bins[i - 1])}, or missing`;
    return `${shortBound(bins[i - 1])} to ${shortBound(bins[i])}`;
}

export const shortBound = (text) => String(Number(Number(text).toPrecision(4)));

// Indices, the largest value first.
export function largest(values, most) {
    return values.map((_, i) => i).sort((a, b) => values[b] - values[a]).slice(0, most);
}

// Cumulative shares at each finite bound, and the bound where they are furthest apart.
export function cumulative(variable) {
    const { baseline, live } = sharesOf(variable);
    const climb = (side) => {
        let sum = 0;
        return side.slice(0, -1).map((share) => (sum += share));
    };
    const curves = { bounds: boundsOf(variable), baseline: climb(baseline), live: climb(live) };
    const apart = curves.baseline.map((share, i) => Math.abs(share - curves.live[i]));
    const at = apart.length > 0 ? largest(apart, 1)[0] : -1;
    return { ...curves, at, distance: apart[at] ?? 0 };
}

// Bars of a histogram: where each begins and ends, and how high it is. Area stands for share, so a
// wide bucket is a low one; the height is the share that a bucket of typical width would have. The
// two buckets without an end stand apart, with that width.
export function histogram(variable) {
    const bounds = boundsOf(variable);
    const { baseline, live } = sharesOf(variable);
    const widths = bounds.slice(1).map((bound, i) => bound - bounds[i]);
    const typical = widths.length > 0 ? [...widths].sort((a, b) => a - b)[widths.length >> 1] : 1;
    const first = bounds[0] ?? 0;
    const last = bounds.at(-1) ?? 0;
    const span = Math.max(last - first, typical);
    const outer = Math.max(typical, span / 40);
    const gap = outer / 2;
    const bars = variable.bins.map((_, i) => {
        const is = { i, scale: 1 };
        if (i === variable.bins.length - 1) return { ...is, from: last + gap, to: last + gap + outer };
        if (i === 0) return { ...is, from: first - gap - outer, to: first - gap };
        return { i, from: bounds[i - 1], to: bounds[i], scale: typical / widths[i - 1] };
    });
    for (const bar of bars) {
        bar.baseline = baseline[bar.i] * bar.scale;
        bar.live = live[bar.i] * bar.scale;
    }
    const even = widths.every((width) => Math.abs(width - typical) < typical * 1e-6);
    return { bars, first, last, typical, even };
}

// The same for a small chart: at most `most` bars, neighbours together; the most frequent
// categories first.
export function sketch(variable, most) {
    const { baseline, live } = sharesOf(variable);
    if (variable.kind === "discrete") {
        const order = largest(baseline.map((share, i) => Math.max(share, live[i])), most);
        order.sort((a, b) => baseline[b] - baseline[a]);
        return order.map((i, x) => ({ from: x, to: x + 1, baseline: baseline[i], live: live[i] }));
    }
    const { bars } = histogram(variable);
    if (bars.length <= most) return bars;
    const first = bars[0].from;
    const step = (bars.at(-1).to - first) / most;
    const slots = Array.from({ length: most }, (_, x) => ({ from: x, to: x + 1, baseline: 0, live: 0 }));
    for (const bar of bars) {
        const middle = Math.floor(((bar.from + bar.to) / 2 - first) / step);
        const slot = slots[Math.min(Math.max(middle, 0), most - 1)];
        slot.baseline += baseline[bar.i];
        slot.live += live[bar.i];
    }
    return slots;
}
