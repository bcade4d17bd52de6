/** Of k8s.io/api: its 0.31 is Kubernetes 1.31. */
export const versions: readonly string[];
/** The program of a version, which reads objects on standard input; undefined where it is not built. */
export function typesHere(version: string): string | undefined;
