/** The part of splunk-logging that is used here; it comes without types. */
declare module 'splunk-logging' {
  interface Sent {
    readonly message: unknown;
    readonly metadata?: { readonly host?: string; readonly source?: string };
  }
  class Logger {
    constructor(config: { token: string; url: string; maxBatchCount: number; maxRetries: number });
    error: (fault: unknown) => void;
    send(context: Sent): void;
    flush(told: (fault: unknown, response: unknown, body: { readonly code?: number } | undefined) => void): void;
  }
  const splunk: { readonly Logger: typeof Logger };
  export default splunk;
}
