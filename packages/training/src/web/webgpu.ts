import type { WebGpu } from "../model/platform.ts";
import { type WebScope, webScope } from "./webScope.ts";

/** The graphics processor that the browser gives to this page or worker, or what is missing. */
export async function webgpu({ navigator, isSecureContext }: WebScope = webScope): Promise<WebGpu> {
  if (navigator?.gpu === undefined) {
    return {
      missing:
        isSecureContext === false
          ? "browsers give WebGPU to pages from https: or localhost only"
          : "this browser has no WebGPU (no navigator.gpu)",
    };
  }
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  if (adapter === null) {
    return { missing: "the browser has no WebGPU adapter: no graphics processor, or one that its settings exclude" };
  }
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info ?? {};
  const words = [vendor, architecture, device, description].filter((word) => word !== undefined && word !== "");
  const name = words.length > 0 ? words.join(" ") : "a WebGPU adapter";
  return isFallbackAdapter === true ? { adapter: name, software: true } : { adapter: name };
}
