// As much of Markdown as the runbook uses: headings, paragraphs, lists, tables, blocks of code, and inside of these
// code, bold and links. Everything becomes text in elements, never HTML.
import {html} from './ui.js';

const INLINE = /(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)\s]+\))/;

/** The name by which a link finds a heading. */
export const anchorOf = (heading) => heading.trim().toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-');

function link(text, target, to) {
  if (target.startsWith('#'))
    return html`<a href=${to(target.slice(1))}>${text}</a>`;
  return /^https?:/.test(target) ? html`<a href=${target} rel="noreferrer">${text}</a>` : text; // else a file
}

function inline(text, to) {
  return text.split(INLINE).map((part) => {
    if (part.startsWith('`') && part.length > 2)
      return html`<code>${part.slice(1, -1)}</code>`;
    if (part.startsWith('**') && part.length > 4)
      return html`<strong>${part.slice(2, -2)}</strong>`;
    const [, name, target] = part.match(/^\[([^\]]+)\]\(([^)\s]+)\)$/) ?? [];
    return name ? link(name.replaceAll('`', ''), target, to) : part;
  });
}

const cells = (line) => line.replace(/^\||\|$/g, '').split(/(?<!\\)\|/)
  .map((cell) => cell.trim().replaceAll('\\|', '|'));

function table(lines, to) {
  const [head, , ...rows] = lines.map(cells);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>
    <thead><tr>${head.map((cell) => html`<th scope="col">${inline(cell, to)}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${inline(cell, to)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

const KINDS = [
  {is: (line) => line.startsWith('```'), until: (line) => line.startsWith('```'), whole: true,
    make: (lines) => html`<pre tabindex="0"><code>${lines.slice(1, -1).join('\n')}</code></pre>`},
  {is: (line) => /^#{1,4} /.test(line), until: () => true,
    make: ([line], to) => {
      const [, marks, text] = line.match(/^(#+) (.*)$/);
      return html`<${`h${marks.length}`} id=${`at-${anchorOf(text)}`} tabindex="-1">${inline(text, to)}<//>`;
    }},
  {is: (line) => line.startsWith('|'), until: (line) => !line.startsWith('|'), make: table},
  {is: (line) => /^[-*] /.test(line), until: (line) => !/^([-*] |\s+\S)/.test(line),
    make: (lines, to) => html`<ul>${items(lines, /^[-*] /).map((item) => html`<li>${inline(item, to)}</li>`)}</ul>`},
  {is: (line) => /^\d+\. /.test(line), until: (line) => !/^(\d+\. |\s+\S)/.test(line),
    make: (lines, to) => html`<ol>${items(lines, /^\d+\. /).map((item) => html`<li>${inline(item, to)}</li>`)}</ol>`},
  {is: () => true, until: (line) => !line.trim() || /^(#|\||```|[-*] )/.test(line),
    make: (lines, to) => html`<p>${inline(lines.join(' '), to)}</p>`},
];

/** Lines that begin with a mark, each with the lines that go on below it. */
function items(lines, mark) {
  const all = [];
  for (const line of lines) {
    if (mark.test(line))
      all.push(line.replace(mark, ''));
    else
      all.push(`${all.pop() ?? ''} ${line.trim()}`);
  }
  return all;
}

/** Elements for a text; `to(anchor)` is the address of a heading of it. */
export function markdown(text, to) {
  const lines = text.split('\n');
  const out = [];
  for (let i = 0; i < lines.length;) {
    if (!lines[i].trim()) {
      i++;
      continue;
    }
    const kind = KINDS.find((each) => each.is(lines[i]));
    let end = i + 1;
    while (end < lines.length && !kind.until(lines[end]))
      end++;
    end = Math.min(lines.length, kind.whole ? end + 1 : end);
    out.push(kind.make(lines.slice(i, end), to));
    i = end;
  }
  return out;
}
