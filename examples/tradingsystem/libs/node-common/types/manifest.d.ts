/**
 * @param {string} moduleUrl `import.meta.url` of the calling module
 * @returns {{ name: string, version: string }} name without its npm scope
 * @throws {Error} when no package.json lies above the module
 */
export declare function readManifest(moduleUrl: string): {
    name: string;
    version: string;
};
