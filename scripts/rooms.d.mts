/** See rooms.mjs. */
type Sources = ReadonlyMap<string, string>;
type Floors = readonly (readonly string[])[];

export const detectionFloors: Floors;
export const detectionDoors: readonly string[];
export const withoutCircles: RegExp;
export const toolsWithReason: Readonly<Record<string, string>>;

export function isTest(file: string): boolean;
export function importsOf(text: string): readonly { readonly name: string; readonly line: number }[];
export function pathOf(name: string, file: string): string | undefined;
export function floorMistakes(sources: Sources, floors?: Floors): readonly string[];
export function doorMistakes(sources: Sources, doors?: readonly string[]): readonly string[];
export function circleMistakes(sources: Sources, guarded?: RegExp): readonly string[];
export function loopMistakes(sources: Sources): readonly string[];
export function purposeMistakes(sources: Sources): readonly string[];
export function crowdMistakes(files: readonly string[]): readonly string[];
export function packageMistakes(
  manifest: {
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
  },
  sources: Sources,
  reasons?: Readonly<Record<string, string>>,
): readonly string[];
