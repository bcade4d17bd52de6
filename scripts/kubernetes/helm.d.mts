/** Where Helm is, without building it; undefined where there is none. */
export function helmHere(): string | undefined;
