// The libraries under one name: `html` makes elements from templates. What stands between ${ } is text or an
// attribute's value, never HTML.
import {h, render, Component, createRef} from './lib/preact.js';
import htm from './lib/htm.js';

export const html = htm.bind(h);
export {render, Component, createRef};
