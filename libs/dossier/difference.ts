/** In how many patients two lists differ; `clinic_id` is empty for the controller, where each patient counts once. */
export interface Difference {
  readonly level: 'controller' | 'clinic';
  readonly clinic_id: string;
  readonly added: number;
  readonly removed: number;
  readonly tier_changed: number;
  readonly category_added: number;
}

/** `+14 patients, -0: late feed of 750300124`, or that nothing moved. `late`: clinics whose accesses of that time came in afterwards. */
export function movedSentence(differences: readonly Difference[], late: readonly string[]): string {
  const clinics = differences.filter(({ level }) => level === 'clinic');
  const [whole] = differences.filter(({ level }) => level === 'controller');
  if (!whole && clinics.length === 0) return 'the ledger has not moved since';
  const { added = 0, removed = 0 } = whole ?? {};
  const moved = clinics.map(({ clinic_id }) => clinic_id);
  const causes = [
    ...sentenceOf('late feed of', moved.filter((id) => late.includes(id))),
    ...sentenceOf('the case went on in', moved.filter((id) => !late.includes(id))),
  ]; // prettier-ignore
  return `+${added} patients, -${removed}${changesOf(whole)}: ${causes.join('; ')}`;
}

/** The same by clinic, one a line. */
export function differenceLines(differences: readonly Difference[]): readonly string[] {
  return differences.map(({ level, clinic_id, added, removed, ...rest }) => {
    const whose = level === 'clinic' ? `  clinic ${clinic_id}` : 'all';
    return `${whose}: +${added} -${removed}${changesOf(rest)}`;
  });
}

function changesOf(of: Pick<Difference, 'tier_changed' | 'category_added'> | undefined): string {
  const tiers = of?.tier_changed ? `, ${of.tier_changed} with another tier` : '';
  return `${tiers}${of?.category_added ? `, ${of.category_added} with more categories` : ''}`;
}

function sentenceOf(what: string, clinics: readonly string[]): readonly string[] {
  return clinics.length ? [`${what} ${clinics.join(', ')}`] : [];
}
