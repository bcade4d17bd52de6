import { type RuleMistake, Mistakes, shown } from '../text/mistakes.js';
import type { Correlation } from './correlation.js';
import type { EventRule } from './event-rule.js';
import type { Filter } from './filter.js';
import type { ForeignDocuments } from './foreign.js';
import { isUuid, type Metadata } from './metadata.js';
import type { Located } from './read-tree.js';

/** A document in which something is wrong (noted). It keeps its names, so that those who refer to it are not blamed. */
export interface Broken {
  readonly kind: 'broken';
  readonly metadata: Metadata;
  readonly file: string;
  readonly line: number;
}

/** One document of a rule file, as read. */
export type Document = EventRule | Correlation | Filter | Broken;

/** The documents of all files, found by id or name. */
export class Documents {
  readonly #names = new Map<string, Document>();
  readonly #all: RuleMistake[];
  readonly #isWhole: boolean;
  readonly #foreign: ForeignDocuments;

  /**
   * A second document of the same id or name is a mistake. Not whole: documents are missing that could not be read, so that nobody is blamed for a
   * name that is not found.
   */
  constructor(documents: readonly Document[], foreign: ForeignDocuments, all: RuleMistake[], isWhole = true) {
    this.#foreign = foreign;
    this.#all = all;
    this.#isWhole = isWhole;
    for (const document of documents) {
      const { id, name } = document.metadata;
      if (id !== '') this.#take(document, 'id', id);
      if (name !== '' && name !== id) this.#take(document, 'name', name);
    }
  }

  #take(document: Document, key: string, value: string): void {
    const first = this.#names.get(value);
    if (!first) this.#names.set(value, document);
    else
      new Mistakes(document.file, this.#all).at(
        document.line,
        `the ${key} ${shown(value)} is taken by ${first.file}:${first.line}: give another`,
      );
  }

  /** Ids are UUIDs, of which letter case says nothing; that of a name does. */
  find(name: string): Document | undefined {
    return this.#names.get(isUuid(name) ? name.toLowerCase() : name);
  }

  /** Why nothing was found, as far as it can be told. */
  #hint(name: string): string {
    const other = [...this.#names.keys()].find((known) => known.toLowerCase() === name.toLowerCase());
    return other === undefined
      ? 'correct it or add that event rule'
      : `write ${other}, since upper and lower case are told apart`;
  }

  /** What `rules` names: event rules and correlations, each once; undefined when one of them is none (noted). */
  rulesOf(references: readonly Located[], file: string): readonly (EventRule | Correlation)[] | undefined {
    const mistakes = new Mistakes(file, this.#all);
    const found: (EventRule | Correlation)[] = [];
    for (const { text, line } of references) {
      const document = this.find(text);
      const foreign = document ? undefined : this.#foreign.find(text);
      if (foreign)
        mistakes.at(
          line,
          `rules names ${shown(text)}, a rule for ${shown(foreign.product)} (${foreign.file}:${foreign.line}), and such rules are passed over: write logsource: {product: ehr} there if it is for accesses, else name another rule`,
        );
      else if (!document && this.#isWhole)
        mistakes.at(line, `rules names ${shown(text)}, which is the name or id of no rule: ${this.#hint(text)}`);
      if (!document) continue;
      if (document.kind === 'filter')
        mistakes.at(line, `rules names ${shown(text)}, which is a filter: name event rules or correlations`);
      else if (document.kind !== 'broken' && found.includes(document))
        mistakes.at(line, `rules names ${shown(text)}, a rule that it has named already: name it once`);
      else if (document.kind !== 'broken') found.push(document);
    }
    return found.length === references.length ? found : undefined;
  }
}
