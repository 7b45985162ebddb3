/** `GET /launches/:launchId/theme.css`: the EHR's colours and fonts, fetched and cleaned by this server (LC-13). */
import type { RequestHandler } from 'express';
import { LRUCache } from 'lru-cache';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import { ABSOLUTE_LIMIT_MS } from '#src/launches/session/launch.ts';
import { fetchSmartStyle } from '#src/smart/smart-style.ts';
import { openLaunchOf } from './guard.ts';

const MOST_STYLES = 200;
const HOUR_MS = 60 * 60_000;

/** Behind the launch guard. An EHR without a usable style gets an empty stylesheet; a style is no reason to fail. */
export function themeRoute(outbound: Outbound): RequestHandler {
  // The URL is the style's version (SMART App Launch 2.2.0, "Styling"), so what was read once stays right.
  const styles = new LRUCache<string, string>({ max: MOST_STYLES });
  return async (request, response) => {
    const { launch, organization } = openLaunchOf(request);
    const { smartStyleUrl: url } = launch.context;
    const key = `${organization.id} ${organization.connectionVersion} ${url}`;
    const allowedHosts = [new URL(organization.fhirBaseUrl).host, ...organization.allowedHosts];
    const css =
      url === undefined
        ? undefined
        : (styles.get(key) ??
          (await fetchSmartStyle({ url, allowedHosts, outbound: outbound.forOrganization(organization) })));
    if (css !== undefined) styles.set(key, css);
    // As long as a launch may last: the page that says why it has ended is still shown in the chart.
    const seconds = (css === undefined ? HOUR_MS : ABSOLUTE_LIMIT_MS) / 1_000;
    response.setHeader('Cache-Control', `private, max-age=${seconds}`);
    response.type('css').send(css ?? '');
  };
}
