export interface PinnedImage {
  readonly image: string;
  readonly for: 'build' | 'run' | 'compose';
  readonly digest: string;
  readonly asked: string;
}
export interface Judged {
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly says: string;
}
export function pinnedImages(): readonly PinnedImage[];
export function pinnedReference(images: readonly PinnedImage[], what: 'build' | 'run'): string;
export function partsOf(reference: string): { readonly host: string; readonly repository: string; readonly tag: string };
export function digestAt(reference: string, wanted?: string): Promise<string | undefined>;
export function judged(image: PinnedImage, now: number): Promise<Judged>;
export function pinnedAnew(images: readonly PinnedImage[], today: string): Promise<readonly PinnedImage[]>;
