/** The only door to chance outside tests; what needs it takes a function like this by constructor. Uniform in [0, 1). */
export const systemRandom: () => number = () => Math.random();
