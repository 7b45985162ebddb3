/** Gives the demo's operator a permanent password: replaces the one-time password through the product's forms. */

/** Who signs in, and the password the demo prints. */
export interface DemoOperator {
  email: string;
  password: string;
}

/**
 * Signs in once with the bootstrap password and chooses the printed one.
 *
 * @param appUrl of the product, which runs and has made the operator.
 * @throws Error when a form fails, for example because the operator already has another password.
 */
export async function settlePassword(appUrl: string, operator: DemoOperator, bootstrapPassword: string): Promise<void> {
  const cookies = new Map<string, string>();
  const { email, password: next } = operator;
  const request = async (path: string, form?: Record<string, string>) => {
    const answer = await fetch(appUrl + path, {
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form ? { origin: appUrl } : {}),
      },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    return answer;
  };
  const post = async (page: string, action: string, fields: Record<string, string>, leadsTo: string) => {
    const csrf = /name="csrf" value="([^"]+)"/.exec(await (await request(page)).text())?.[1] ?? '';
    const answer = await request(action, { csrf, ...fields });
    if (answer.headers.get('location') !== leadsTo) throw new Error(`the form of ${page} was refused`);
  };
  await post('/sign-in', '/sign-in', { email, password: bootstrapPassword, next: '/settings' }, '/settings');
  const passwords = { current: bootstrapPassword, next, again: next };
  await post('/settings/account', '/settings/account/password', passwords, '/settings');
}
