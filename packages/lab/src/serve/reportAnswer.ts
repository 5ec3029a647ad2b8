/** The report of a run, drawn from its numbers: a report.html in its folder could hold anything, and is not served. */

/** A page and the policy that it is served with. */
export interface ReportAnswer {
  readonly html: string;
  readonly policy: string;
}

/** No script at all. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'self'";

/** @throws InputError if the run is damaged or has not begun */
export async function reportAnswer(run: string): Promise<ReportAnswer> {
  const { reportPage } = await import("../pages/writeReport.ts");
  return { html: reportPage(run), policy };
}
