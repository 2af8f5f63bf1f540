// Elements without HTML text: whatever a name holds, it stays text.

const SVG = "http://www.w3.org/2000/svg";

function filled(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === undefined || value === null || value === false) continue;
        if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
        else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return element;
}

export const h = (tag, attributes = {}, ...children) =>
    filled(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) =>
    filled(document.createElementNS(SVG, tag), attributes, children);

export const byId = (id) => document.getElementById(id);

// A name that others chose: its direction of writing stays its own.
export const nameOf = (text) =>
    text === "" ? h("i", {}, "(empty)") : h("bdi", {}, text);
