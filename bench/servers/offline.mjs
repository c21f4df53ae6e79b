// LiveViewJS asks a CDN for a list of media types when it is loaded, and writes an error where there is none. Import this before it.
globalThis.fetch = async () => Response.json({});
