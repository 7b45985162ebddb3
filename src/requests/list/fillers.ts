/** Tells an order that a provider's own system has made an order from it, which the list keeps among the other orders. */

import { codeOf } from '#src/requests/progress/codes.ts';
import type { ServiceRequest } from './service-request.ts';

/**
 * FHIR R4 request-intent, filler-order: what a fulfilling system intends to do upon an order. So a provider has the order,
 * and Tasks about the only one made from it are about the order itself.
 *
 * @param others requests of the same patient that have no row.
 */
export function fillersIn(others: readonly ServiceRequest[]) {
  const fillers = others.filter(({ keys }) => codeOf(keys.intent) === 'filler-order' && keys.basedOn !== undefined);
  const byOrder = Map.groupBy(fillers, ({ keys }) => keys.basedOn);
  const of = ({ keys }: ServiceRequest) => byOrder.get(`ServiceRequest/${keys.id}`) ?? [];
  return {
    /** The only one made from this order. */
    onlyOf: (order: ServiceRequest): readonly ServiceRequest[] => (of(order).length === 1 ? of(order) : []),
    /** The order, with what the provider's own one says of it. */
    withFiller: (order: ServiceRequest): ServiceRequest => {
      const [filler, ...more] = of(order);
      if (!filler || order.isProhibited || order.status.icon !== 'ordered') return order;
      const { word, icon } = filler.status;
      const said =
        more.length > 0 ? `${more.length + 1} providers have own orders for it` : `provider’s own order: ${word}`;
      const status = {
        ...{ ...order.status, hasProvider: true, note: [order.status.note, said].filter(Boolean).join(' · ') },
        ...(more.length === 0 && icon !== 'ordered' ? { isContradicted: true as const } : {}),
      };
      return { ...order, status, performers: order.performers.length > 0 ? order.performers : filler.performers };
    },
  };
}
