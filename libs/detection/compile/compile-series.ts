import type { Rule } from '../rule/rule.js';
import { Build } from './build.js';
import { compileRule } from './compile-rule.js';
import type { CompiledSeries, CompileOptions } from './series.js';

/**
 * Lays the rules out as series. `earlier` are the selections of incidents that are still held: their ids keep a number.
 */
export function compileSeries(rules: readonly Rule[], earlier: readonly string[], options: CompileOptions): CompiledSeries {
  const build = new Build(rules, earlier, options);
  for (const rule of rules) if (rule.raises) compileRule(build, rule, 'incident');
  build.isSuppressed = true;
  for (const { raises, unfiltered, exceptions } of rules)
    if (raises && unfiltered) compileRule(build, { ...unfiltered, exceptions }, 'suppressed');
  return build.finish();
}
