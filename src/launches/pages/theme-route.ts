/** `GET /launches/:launchId/theme.css`: the EHR's colours and fonts, fetched and cleaned by this server (LC-13). */
import type { RequestHandler } from 'express';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import { fetchSmartStyle } from '#src/smart/smart-style.ts';
import { openLaunchOf } from './guard.ts';

const MOST_STYLES = 200;

/** Behind the launch guard. An EHR without a usable style gets an empty stylesheet; a style is no reason to fail. */
export function themeRoute(outbound: Outbound): RequestHandler {
  // The URL is the style's version (SMART App Launch 2.2.0, "Styling"), so what was read once stays right.
  const styles = new Map<string, Promise<string | undefined>>();
  return async (request, response) => {
    const { launch, organization } = openLaunchOf(request);
    const url = launch.context.smartStyleUrl;
    const key = `${organization.id} ${organization.connectionVersion} ${url}`;
    const style =
      styles.get(key) ??
      (url === undefined
        ? Promise.resolve(undefined)
        : fetchSmartStyle({
            url,
            allowedHosts: [new URL(organization.fhirBaseUrl).host, ...organization.allowedHosts],
            outbound: outbound.forOrganization(organization),
          }));
    const css = await style;
    if (css !== undefined) {
      styles.set(key, style);
      const [oldest] = styles.keys();
      if (styles.size > MOST_STYLES && oldest !== undefined) styles.delete(oldest);
    }
    response.setHeader('Cache-Control', 'private, max-age=3600');
    response.type('css').send(css ?? '');
  };
}
