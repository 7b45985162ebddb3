import { beforeAll, expect, test } from 'vitest';
import { settlePassword } from '#sandbox/demo-operator.ts';
import { addPerson, PASSWORD, resultOf, signIn } from '#test/helpers/administrators.ts';
import { useWorld } from '#test/helpers/world.ts';

const operator = { email: 'operator@example.com', password: 'synthetic-demo-password' };
const world = useWorld();

beforeAll(async () => {
  await addPerson(world, operator.email, { mustChangePassword: true });
});

test('the password that the demo prints keeps working', async () => {
  await settlePassword(world.url, operator, PASSWORD);
  for (let time = 0; time < 2; time += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one sign-in after the other
    const { answer } = await signIn(world, operator.email, operator.password);
    expect(resultOf(answer)).toBe(303);
    expect(answer.headers['location']).toBe('/settings');
  }
});

test('an operator who has another password keeps it', async () => {
  await expect(settlePassword(world.url, operator, PASSWORD)).rejects.toThrow('the form of /sign-in was refused');
});
