#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/controller.h"

void
yodel_controller_free (YodelController *self)
{
  self->ops->free (self);
}

void
yodel_controller_set_limits (YodelController *self,
                             guint            min_bps,
                             guint            start_bps,
                             guint            max_bps,
                             gint64           now_us)
{
  self->ops->set_limits (self, min_bps, start_bps, max_bps, now_us);
}

void
yodel_controller_on_packet_sent (YodelController *self,
                                 guint            size_bytes,
                                 gboolean         audio,
                                 gint64           now_us)
{
  self->ops->on_packet_sent (self, size_bytes, audio, now_us);
}

void
yodel_controller_on_feedback (YodelController         *self,
                              const YodelPacketResult *results,
                              guint                    n,
                              gint64                   now_us)
{
  self->ops->on_feedback (self, results, n, now_us);
}

void
yodel_controller_on_rtt (YodelController *self,
                         gint64           rtt_us,
                         gint64           now_us)
{
  self->ops->on_rtt (self, rtt_us, now_us);
}

void
yodel_controller_on_receiver_report (YodelController *self,
                                     double           fraction_lost,
                                     gint64           rtt_us,
                                     gint64           now_us)
{
  self->ops->on_receiver_report (self, fraction_lost, rtt_us, now_us);
}

void
yodel_controller_on_remb (YodelController *self,
                          guint            bitrate_bps,
                          gint64           now_us)
{
  self->ops->on_remb (self, bitrate_bps, now_us);
}

void
yodel_controller_on_route_change (YodelController *self,
                                  gint64           now_us)
{
  self->ops->on_route_change (self, now_us);
}

void
yodel_controller_advance (YodelController *self,
                          gint64           now_us)
{
  self->ops->advance (self, now_us);
}

gint64
yodel_controller_next_deadline_us (const YodelController *self)
{
  return self->ops->next_deadline_us (self);
}

void
yodel_controller_get_state (const YodelController *self,
                            YodelControllerState  *state)
{
  self->ops->get_state (self, state);
}

gboolean
yodel_controller_poll_probe (YodelController   *self,
                             YodelProbeRequest *probe)
{
  return self->ops->poll_probe (self, probe);
}
