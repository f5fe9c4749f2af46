/* Yodel: peer-to-peer voice and video calls.  Includes the whole public interface of the core. */
#pragma once

#include <yodel/yodel-call.h>
#include <yodel/yodel-contact-book.h>
#include <yodel/yodel-endpoint.h>
#include <yodel/yodel-enums.h>
#include <yodel/yodel-error.h>
#include <yodel/yodel-history.h>
#include <yodel/yodel-identity.h>
#include <yodel/yodel-invite.h>
#include <yodel/yodel-macros.h>
#include <yodel/yodel-rendezvous.h>
#include <yodel/yodel-session.h>
#include <yodel/yodel-signaller.h>
#include <yodel/yodel-sink.h>
#include <yodel/yodel-source.h>
#include <yodel/yodel-stats.h>
#include <yodel/yodel-track.h>
#include <yodel/yodel-video-frame.h>
