/** `GET /launches/:launchId/theme.css`: the EHR's colours and fonts, fetched and cleaned by this server (LC-13). */
import type { RequestHandler } from 'express';
import { LRUCache } from 'lru-cache';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import { ABSOLUTE_LIMIT_MS } from '#src/launches/session/launch-life.ts';
import { fetchSmartStyle } from '#src/smart/smart-style.ts';
import { openLaunchOf } from './guard.ts';

const MOST_STYLES = 200;
const HOUR_MS = 60 * 60_000;

/** Behind the launch guard. Without a usable style the answer is an empty stylesheet, not an error. */
export function themeRoute(outbound: Outbound): RequestHandler {
  // A style changes only with its URL (SMART App Launch 2.2.0, "Styling"), so a cached one stays valid.
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
    // Cached for the longest launch, because the page that says why a launch has ended is still shown in the chart.
    const seconds = (css === undefined ? HOUR_MS : ABSOLUTE_LIMIT_MS) / 1_000;
    response.setHeader('Cache-Control', `private, max-age=${seconds}`);
    response.type('css').send(css ?? '');
  };
}
