// The drift page: reads the state of the model every few seconds and shows it. What is looked at
// stands in the address, `#feature=age&window=10m`, so that it can be shared and comes back.
import { byId } from "./dom.js";
import { FeatureView } from "./feature.js";
import * as format from "./format.js";
import { overview, windowChoice } from "./overview.js";
import { source as makeSource } from "./source.js";
import { VariableTable } from "./table.js";

const kFew = 100;  // Variables that are cheap to ask for often.
const source = makeSource();
const wished = () => new URLSearchParams(location.hash.slice(1));

let data = null;
let goneSince = null;
let looks = 0;  // How often colours or room have changed.
let timer = 0;

// Of the address; without one the daemon takes its shortest.
const windowOf = () => wished().get("window") ?? "";

function link(feature, window = wished().get("window")) {
    const parameters = new URLSearchParams();
    if (feature !== null) parameters.set("feature", feature);
    if (window) parameters.set("window", window);
    return `#${parameters}`;
}

// Features may have the same name; then the metric's name tells them apart.
function keyOf(variable) {
    const alike = data.drift.variables.filter((each) => each.feature_name === variable.feature_name);
    return alike.length > 1 ? variable.metric_name : variable.feature_name;
}

const table = new VariableTable(byId("list"), (variable) => link(keyOf(variable)));
const view = new FeatureView(byId("feature"), source);

function chosen() {
    const feature = wished().get("feature");
    if (feature === null) return null;
    const { variables } = data.drift;
    return variables.find((each) => keyOf(each) === feature) ??
        variables.find((each) => each.metric_name === feature) ?? { missing: feature };
}

function showFreshness() {
    const place = byId("freshness");
    place.className = goneSince ? "gone" : "live";
    if (!data) return;
    const text = source.isLive
        ? (goneSince ? "not answering" : `live, judged at ${format.clock(data.drift.evaluated_at)}`)
        : `report of ${new Date(data.drift.evaluated_at).toLocaleString("en-GB")}`;
    if (place.textContent !== text) place.textContent = text;
}

function notice(text) {
    const place = byId("notice");
    place.hidden = !text;
    if (place.textContent !== text) place.textContent = text;
}

function showIdentity() {
    const version = data.status?.version ?? data.version;
    const who = data.status && `${data.status.identity.endpoint_id} / ${data.status.identity.replica_id}`;
    byId("identity").textContent = [who, `version ${version}`].filter(Boolean).join(" · ");
}

// Its elements are exchanged; a choice that has the keyboard keeps it.
function showOverview() {
    const place = byId("overview");
    const had = place.contains(document.activeElement) && document.activeElement.value;
    const choice = windowChoice(data.drift, data.drift.window,
        (window) => { location.hash = link(wished().get("feature"), window); });
    place.replaceChildren(overview(data), ...(choice ? [choice] : []));
    if (had) place.querySelector(`input[value="${CSS.escape(had)}"]`)?.focus();
}

function show() {
    showIdentity();
    showFreshness();
    showOverview();
    const variable = chosen();
    const stamp = `${data.drift.evaluated_at} ${data.drift.window} ${looks}`;
    const isFeature = variable !== null && variable.missing === undefined;
    byId("list").hidden = isFeature;
    if (isFeature) {
        const order = table.order;
        const at = order.indexOf(order.find((each) => each.metric_name === variable.metric_name));
        const to = (neighbour) => neighbour && link(keyOf(neighbour));
        view.show(variable, data.drift.window, stamp,
            { all: link(null), before: to(order[at - 1]), next: at < 0 ? undefined : to(order[at + 1]) });
    } else {
        view.hide();
    }
    table.show(data.drift.variables, stamp);
    document.title = isFeature ? `${variable.feature_name} · boxkited drift` : "boxkited drift";
    return variable?.missing === undefined ? "" : `There is no variable “${variable.missing}”.`;
}

async function refresh() {
    clearTimeout(timer);
    const window = windowOf();
    try {
        let trouble = "";
        const read = await source.read(window).catch((error) => {
            if (error.status !== 404 || window === "") throw error;
            trouble = `The daemon says: ${error.message}.`;
            return source.read("");
        });
        if (window !== windowOf()) return;  // Another one was chosen meanwhile, and is asked for.
        data = read;
        goneSince = null;
        notice(show() || trouble);
    } catch (error) {
        failed(error);
    }
    if (source.isLive) timer = setTimeout(refresh, data?.drift.variables.length > kFew ? 10000 : 2000);
}

function failed(error) {
    if (error.status) return notice(`The daemon says: ${error.message}.`);
    if (!(error instanceof TypeError || error instanceof DOMException)) console.error(error);
    goneSince ??= new Date();
    notice(`The daemon has not answered since ${format.clock(goneSince)}. ` +
        (data ? "What you see is its last word; " : "") + "asking again.");
    showFreshness();
}

// A choice within what is known shows at once; another window has to be asked for.
function follow() {
    const window = windowOf() || data?.drift.windows[0].window;
    if (data && (!source.isLive || data.drift.window === window)) notice(show());
    else refresh();
}

addEventListener("hashchange", follow);
function redraw() {
    ++looks;
    if (data) show();
}
addEventListener("resize", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
refresh();
