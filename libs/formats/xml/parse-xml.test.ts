import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { metered, WorkMeter } from '../work-meter.js';
import { documentIn, parseXml, type XmlElement } from './parse-xml.js';

const parse = (text: string) => metered(() => parseXml(text, new WorkMeter()));
const shown = ({ name, attributes, children, text }: XmlElement): string =>
  `${name}(${[...attributes].map(([key, value]) => `${key}=${value}`).join(' ')})[${text}${children.map(shown).join('')}]`;

describe('XML of hostile origin', () => {
  it.each([
    ['<a b="1"><c>x</c><c/></a>', 'a(b=1)[c()[x]c()[]]'],
    ['<?xml version="1.0"?>\n<n:a xmlns:n="u" n:b=\'&lt;&amp;amp;&#65;&#x42;\'/>', 'a(n=u b=<&amp;AB)[]'],
    ['<a><![CDATA[<b>&amp;]]> c</a>', 'a()[<b>&amp; c]'],
    ['<a><!-- <b/> -->x</a>', 'a()[x]'],
  ])('is a tree: %s', (text, tree) => {
    const parsed = parse(text);
    expect(parsed.kind === 'rejected' ? parsed.detail : shown(parsed.value)).toEqual(tree);
  });

  it.each([
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'forbidden_xml'],
    ['<!doctype a><a/>', 'forbidden_xml'],
    ['<a>&b;</a>', 'forbidden_xml'],
    ['<a b="&nbsp;"/>', 'forbidden_xml'],
    ['<a><b></a>', 'not_xml'],
    ['<a', 'not_xml'],
    ['<a><b>', 'not_xml'],
    ['<a/><b/>', 'not_xml'],
    ['<a __proto__="1"/>', 'not_xml'],
    ['<constructor/>', 'not_xml'],
    ['', 'not_xml'],
    ['hello', 'not_xml'],
    ['<a>'.repeat(40) + '</a>'.repeat(40), 'not_xml'],
    [`<a>${'<b/>'.repeat(60_000)}</a>`, 'too_many_nodes'],
    [`<a>${'x'.repeat(300_000)}</a>`, 'too_large'],
  ])('is refused by name: %s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it('says nothing of what it refuses', () => {
    const parsed = parse('<a name="Dupont">&Dupont;</b>');
    expect(JSON.stringify(parsed)).not.toContain('Dupont');
  });

  it('never throws, whatever the text', () => {
    const part = fc.constantFrom(
      '<a>',
      '</a>',
      '<a b="',
      '"',
      "'",
      '>',
      '/>',
      '&amp;',
      '&#0;',
      '&',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?',
      '?>',
      ' b=1',
      'x',
      '__proto__',
      ':',
    );
    const text = fc.array(fc.oneof(part, fc.string({ maxLength: 3 })), { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (given) => void expect(['accepted', 'rejected']).toContain(parse(documentIn(given)).kind)),
      { numRuns: 2000 },
    );
  });
});

function reasonOf(text: string): string {
  const parsed = parse(text);
  return parsed.kind === 'rejected' ? parsed.reason : parsed.kind;
}
