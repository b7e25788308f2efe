// What a browser has and Node lacks, for the unit tests of modules that stand on it.
if (typeof navigator === 'undefined')
  Object.defineProperty(globalThis, 'navigator', {
    value: { languages: ['en'], onLine: true },
    configurable: true,
  });

/** In a page an address without a host is one of its own server. */
const NodeRequest = globalThis.Request;
globalThis.Request = class extends NodeRequest {
  constructor(input: RequestInfo | URL, init?: RequestInit) {
    super(typeof input === 'string' && input.startsWith('/') ? `http://server.test${input}` : input, init);
  }
};
