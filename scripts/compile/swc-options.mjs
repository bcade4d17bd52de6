/** How sources are compiled where they run as they are: by the tests, and by the walk. Decorators are those of Nest, with the types of what they stand at. */
export const swcOptions = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    target: 'es2024',
    keepClassNames: true,
  },
  module: { type: 'es6' },
};
