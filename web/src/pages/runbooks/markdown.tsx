import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { Fragment, type ReactNode, useMemo } from 'react';
import { Link } from 'wouter';
import { headingAnchor } from '#libs/texts/heading-anchor.js';
import { Copied } from '../../parts/copied.js';

/**
 * A text in Markdown as elements, by the tokens of the library: no HTML is made anywhere, so that the policy of the pages has nothing to refuse.
 * HTML that stands in it is shown as it is written, pictures as their texts; links lead to other runbooks, to headings and by https.
 */
export function Markdown({ text }: { readonly text: string }) {
  const tokens = useMemo(() => lexer(text), [text]);
  return blocksOf(tokens);
}

const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'] as const;
const pageShape = /^([a-z0-9-]+)\.md(#.+)?$/;

/** What stands below each other. A table or a text to copy is named by the heading above it. */
function blocksOf(tokens: readonly Token[]): ReactNode {
  let above = '';
  return tokens.map((token, place) => {
    if (token.type === 'heading') above = plainOf(token.tokens);
    return <Fragment key={place}>{blockOf(token as MarkedToken, above)}</Fragment>;
  });
}

function blockOf(token: MarkedToken, above: string): ReactNode {
  switch (token.type) {
    case 'heading': {
      const Heading = headings[token.depth - 1] ?? 'h6';
      return <Heading id={headingAnchor(plainOf(token.tokens))}>{inlineOf(token.tokens)}</Heading>;
    }
    case 'paragraph':
      return <p>{inlineOf(token.tokens)}</p>;
    case 'list': {
      const items = token.items.map((item, place) => <li key={place}>{blocksOf(item.tokens)}</li>);
      return token.ordered ? <ol start={token.start === '' ? 1 : token.start}>{items}</ol> : <ul>{items}</ul>;
    }
    case 'blockquote':
      return <blockquote>{blocksOf(token.tokens)}</blockquote>;
    case 'code':
      return <Copied text={token.text} label={above} />;
    case 'table':
      return <MarkdownTable table={token} above={above} />;
    case 'hr':
      return <hr />;
    case 'space':
    case 'def':
      return null;
    default:
      return inlineOf([token]);
  }
}

/** What stands in a line. */
function inlineOf(tokens: readonly Token[]): ReactNode {
  return tokens.map((token, place) => <Fragment key={place}>{pieceOf(token as MarkedToken)}</Fragment>);
}

function pieceOf(token: MarkedToken): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong>{inlineOf(token.tokens)}</strong>;
    case 'em':
      return <em>{inlineOf(token.tokens)}</em>;
    case 'del':
      return <del>{inlineOf(token.tokens)}</del>;
    case 'codespan':
      return <code>{token.text}</code>;
    case 'br':
      return <br />;
    case 'link':
      return linkOf(token.href, inlineOf(token.tokens));
    case 'checkbox':
      return token.checked ? '☑ ' : '☐ ';
    case 'text':
      return token.tokens ? inlineOf(token.tokens) : token.text;
    default:
      return 'text' in token ? token.text : token.raw;
  }
}

function linkOf(href: string, words: ReactNode): ReactNode {
  const [, page, heading = ''] = pageShape.exec(href) ?? [];
  if (page !== undefined) return <Link href={`/runbooks/${page}${heading}`}>{words}</Link>;
  if (href.startsWith('#')) return <a href={href}>{words}</a>;
  return href.startsWith('https://') ? (
    <a href={href} rel="noreferrer">
      {words}
    </a>
  ) : (
    words
  );
}

/** It scrolls by itself, with the keyboard too, where the page is narrower. */
function MarkdownTable({ table: { header, rows }, above }: { readonly table: Tokens.Table; readonly above: string }) {
  return (
    <div className="scrolls" tabIndex={0} role="group" aria-label={above}>
      <table>
        <thead>
          <tr>
            {header.map((cell, place) => (
              <th key={place} scope="col">
                {inlineOf(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>
              {row.map((cell, column) =>
                column === 0 ? (
                  <th key={column} scope="row">
                    {inlineOf(cell.tokens)}
                  </th>
                ) : (
                  <td key={column}>{inlineOf(cell.tokens)}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Without its marks. */
function plainOf(tokens: readonly Token[] = []): string {
  return tokens
    .map((token) => ('tokens' in token && token.tokens ? plainOf(token.tokens) : 'text' in token ? String(token.text) : ''))
    .join('');
}
